import Metrics

/// A published score.
package struct PublishedFigure: Equatable, Sendable {
  /// In per cent.
  package var value: Double
  /// The standard deviation that the source prints, in points; nil if it prints none.
  package var spread: Double?

  package init(value: Double, spread: Double? = nil) {
    self.value = value
    self.spread = spread
  }
}

/// The figures that a source prints for one method on one benchmark: a cell of `paper-tables.md`.
package struct PublishedCell: Equatable, Sendable {
  /// Only the figures that could be read.
  private var figures: [Metric: PublishedFigure]

  package init(_ figures: [Metric: PublishedFigure]) {
    self.figures = figures
  }

  /// The figure of a score; nil if the source does not print it or it could not be read.
  package subscript(metric: Metric) -> PublishedFigure? { figures[metric] }

  /// The figures without their spreads, in per cent.
  package var values: [Metric: Double] { figures.mapValues(\.value) }

  /// The cell as the file has it: "71.1/81.5/66.3", with "-" for an unknown figure.
  package var text: String {
    MetricRegistry.published.map { metric in
      guard let figure = figures[metric] else { return "-" }
      return figure.value.oneDecimal + (figure.spread.map { "+-\($0.oneDecimal)" } ?? "")
    }.joined(separator: "/")
  }
}

extension PublishedCell {
  /// Reads a cell: "56.1/64.5/46.7", "-/61.7+-0.4/-" or "-".
  /// - Parameters:
  ///   - text: one figure per published score, separated by "/". "-" is a figure that the source
  ///     does not give, "?" one that could not be read.
  ///   - column: the heading, for errors.
  /// - Returns: nil for a cell without any figure.
  /// - Throws: `Malformed` for another number of figures, text that is not a number, values outside
  ///   0...100, or figures that are all below 1. Those are fractions, because no clustering of
  ///   these benchmarks scores below 1 per cent throughout.
  static func parse(
    _ text: String, column: String
  ) throws(Malformed) -> PublishedCell? {
    if text.isEmpty { throw Malformed(problem: .emptyCell(column: column)) }
    if text == "-" { return nil }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == MetricRegistry.published.count else {
      throw Malformed(problem: .malformedCell(text, column: column))
    }
    var figures: [Metric: PublishedFigure] = [:]
    for (metric, part) in zip(MetricRegistry.published, parts) {
      figures[metric] = try figure(part, column: column)
    }
    let values = figures.values.map(\.value)
    // No clustering of these benchmarks scores below 1 per cent throughout.
    if let most = values.max(), most > 0, most < 1 {
      throw Malformed(problem: .fractions(text, column: column))
    }
    return values.isEmpty ? nil : PublishedCell(figures)
  }

  /// Reads "56.1" or "56.1+-0.3"; nil for "-" and "?".
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

  /// A number of digits, a point and a sign. "nan", "1e2" and "3?.?" are refused.
  private static func number(_ text: Substring) -> Double? {
    guard text.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == "." || $0 == "-") }) else {
      return nil
    }
    return Double(text)
  }

  /// What is wrong with a cell. The caller adds file and line (`PaperTablesError`).
  struct Malformed: Error {
    var problem: PaperTablesError.Problem
  }
}
