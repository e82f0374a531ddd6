extension PublishedCell {
  /// Reads "56.1/64.5/46.7", "-/61.7+-0.4/-" or "-"; `column` is for the message.
  static func parse(
    _ text: String, column: String
  ) throws(Malformed) -> PublishedCell? {
    if text.isEmpty { throw Malformed(problem: .emptyCell(column: column)) }
    if text == "-" { return nil }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == ScoreMetric.allCases.count else {
      throw Malformed(problem: .malformedCell(text, column: column))
    }
    let cell = PublishedCell(
      nmi: try figure(parts[0], column: column), acc: try figure(parts[1], column: column),
      ari: try figure(parts[2], column: column))
    let values = [cell.nmi, cell.acc, cell.ari].compactMap { $0?.value }
    // No clustering of these benchmarks scores below 1 per cent throughout.
    if let most = values.max(), most > 0, most < 1 {
      throw Malformed(problem: .fractions(text, column: column))
    }
    return values.isEmpty ? nil : cell
  }

  private static func figure(
    _ text: String, column: String
  ) throws(Malformed) -> PublishedFigure? {
    if text == "-" || text == "?" { return nil }
    let malformed = Malformed(problem: .malformedNumber(text, column: column))
    let (value, spread): (Double, Double?)
    if let sign = text.firstRange(of: "+-") {
      guard let deviation = number(text[sign.upperBound...]) else { throw malformed }
      guard let mean = number(text[..<sign.lowerBound]) else { throw malformed }
      (value, spread) = (mean, deviation)
    } else {
      guard let single = number(text[...]) else { throw malformed }
      (value, spread) = (single, nil)
    }
    guard (0...100).contains(value), (0...100).contains(spread ?? 0) else {
      throw Malformed(problem: .outOfRange(text, column: column))
    }
    return PublishedFigure(value: value, spread: spread)
  }

  /// Only digits, a point and a sign make a figure: not "nan", "1e2" or a cut-off "3?.?".
  private static func number(_ text: Substring) -> Double? {
    guard text.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == "." || $0 == "-") }) else {
      return nil
    }
    return Double(text)
  }

  /// What is wrong with a cell; who knows the line makes it a `PaperTablesError`.
  struct Malformed: Error {
    var problem: PaperTablesError.Problem
  }
}
