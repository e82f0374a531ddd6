import Core

/// Escapes text for each format. Names and reasons come from files, so they may hold any markup,
/// control characters or line breaks.
///
/// All functions first make the text displayable: no control characters, and one line, because a
/// note is one line in every format. They look at Unicode scalars and not at characters: a
/// combining mark after "<" would otherwise hide it in a character of its own.
enum Escaping {
  /// Escapes what Markdown takes for markup and nothing else, so that the text stays readable in a
  /// terminal.
  static func markdown(_ text: String) -> String {
    let scalars = Array(text.displayable.unicodeScalars)
    return scalars.indices.map { index in
      let scalar = scalars[index]
      // Within a word, "_" and "*" are no emphasis: "learning_rate", "SPICE*".
      let followsWord = index > 0 && isOfWord(scalars[index - 1])
      let precedesWord = index + 1 < scalars.count && isOfWord(scalars[index + 1])
      switch scalar {
      case "\\", "`", "[", "]", "<", ">", "|", "$": return "\\\(scalar)"
      case "_": return followsWord ? "_" : "\\_"
      case "*": return followsWord && !precedesWord ? "*" : "\\*"
      default: return "\(scalar)"
      }
    }.joined()
  }

  private static func isOfWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || scalar.properties.numericType != nil
  }

  /// See `LaTeXText.escaped(_:)`.
  static func latex(_ text: String) -> String { LaTeXText.escaped(text) }

  /// A text field of RFC 4180, quoted where necessary. A leading "=", "+", "-" or "@" gets an
  /// apostrophe in front, because a spreadsheet would run it as a formula (OWASP, CSV injection).
  static func csv(_ text: String) -> String {
    let scalars = text.displayable.unicodeScalars
    let start = scalars.first { !$0.properties.isWhitespace }
    let isFormula = start.map { "=+-@＝＋－＠".unicodeScalars.contains($0) } ?? false
    let field = (isFormula ? "'" : "") + scalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined()
    return scalars.contains { $0 == "," || $0 == "\"" } ? "\"\(field)\"" : field
  }
}
