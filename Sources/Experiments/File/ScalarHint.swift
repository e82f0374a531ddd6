import Core
import Yams

/// The probable cause of a refused value, for people who do not know YAML: numbers in words, with
/// thousands separators or in quotation marks, and other words for true and false.
enum ScalarHint {
  /// Words for numbers, by the number.
  private static let numerals = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve",
  ]
  /// Words of YAML 1.1 and of people for true and false.
  private static let truths = [
    "yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false",
  ]

  /// The hint, to be put behind the error; empty if there is none.
  /// - Parameter whole: whether a whole number is asked for.
  static func hint(for scalar: Node.Scalar, whole: Bool) -> String {
    let text = scalar.string
    let value = SettingValue(scalar: text)
    let isQuoted = scalar.style == .singleQuoted || scalar.style == .doubleQuoted
    switch value {
    case .integer, .number, .boolean:
      guard !isQuoted else {
        return "; quotation marks make it text: write \(wholeText(value, whole) ?? text)"
      }
      guard whole, case .number = value else { return "" }
      return wholeText(value, whole).map { "; write \($0)" }
        ?? "; this must be a whole number"
    case .text:
      let word = text.lowercased()
      if let number = numerals.firstIndex(of: word) {
        return "; write the number in digits: \(number)"
      }
      if let truth = truths[word] ?? ["true", "false"].first(where: { $0 == word }) {
        return "; if this is a yes or no, write \(truth)"
      }
      // 1,000 and 1_000.
      let digits = text.filter { $0 != "," && $0 != "_" && $0 != " " }
      if digits.count < text.count, Int(digits) != nil { return "; write \(digits)" }
      return ""
    }
  }

  /// A whole number that is written as a fraction or with an exponent, in plain digits: "100" for
  /// `1e2`.
  private static func wholeText(_ value: SettingValue, _ whole: Bool) -> String? {
    guard whole, case .number(let number) = value else { return nil }
    return Int(exactly: number).map(String.init)
  }
}

/// What is wrong with text that is no YAML, in the words of people who do not know its grammar.
enum SyntaxHint {
  /// - Parameters:
  ///   - problem: the parser's message.
  ///   - line: the line at which it stopped, counted from 1.
  /// - Returns: the line with the cause and a message about it.
  static func explanation(_ problem: String, line: Int, of text: String) -> (
    line: Int, text: String
  ) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    // A tab is often noticed a line later than it stands.
    for number in [line, line - 1] where lines.indices.contains(number - 1) {
      if lines[number - 1].prefix(while: { $0 == " " || $0 == "\t" }).contains("\t") {
        return (number, "this line is indented with a tab, and YAML allows only spaces")
      }
    }
    if problem.contains("mapping values are not allowed") {
      return (
        line,
        "this is not YAML: a value with ': ' in it needs quotation marks, as in "
          + "title: \"SCL: our reading\"; or the lines above are indented differently"
      )
    }
    return (line, "this is not YAML: \(problem)")
  }
}
