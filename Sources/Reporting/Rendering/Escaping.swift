import Core

/// Text made harmless in each format. Each makes it displayable first: without control characters, and on one
/// line, as a note is in every format. Unicode's scalars are looked at, since a mark that combines with '<' would
/// hide it in a character.
enum Escaping {
  /// Without what Markdown takes for markup, and no more than that: a terminal shows it as it is.
  static func markdown(_ text: String) -> String {
    let scalars = Array(text.displayable.unicodeScalars)
    return scalars.indices.map { index in
      let scalar = scalars[index]
      // Emphasis does not begin behind a word: "learning_rate", "SPICE*".
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

  static func html(_ text: String) -> String {
    text.displayable.unicodeScalars.map { scalar in
      switch scalar {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      case "\"": "&quot;"
      case "'": "&#39;"
      default: String(scalar)
      }
    }.joined()
  }

  static func latex(_ text: String) -> String { LaTeXText.escaped(text) }

  /// A field of RFC 4180 that is text: quoted where it has to be, with an apostrophe before what a
  /// spreadsheet would take for a formula (OWASP, CSV injection).
  static func csv(_ text: String) -> String {
    let scalars = text.displayable.unicodeScalars
    let start = scalars.first { !$0.properties.isWhitespace }
    let isFormula = start.map { "=+-@＝＋－＠".unicodeScalars.contains($0) } ?? false
    let field = (isFormula ? "'" : "") + scalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined()
    return scalars.contains { $0 == "," || $0 == "\"" } ? "\"\(field)\"" : field
  }
}
