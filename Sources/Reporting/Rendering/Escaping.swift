/// Text made harmless in each format.
enum Escaping {
  /// Without what Markdown takes for markup, and no more than that: a terminal shows it as it is.
  static func markdown(_ text: String) -> String {
    let characters = Array(text)
    return characters.indices.map { index in
      let character = characters[index]
      // Emphasis does not begin behind a word: "learning_rate", "SPICE*".
      let followsWord = index > 0 && isOfWord(characters[index - 1])
      let precedesWord = index + 1 < characters.count && isOfWord(characters[index + 1])
      switch character {
      case "\\", "`", "[", "]", "<", ">", "|", "$": return "\\\(character)"
      case "_": return followsWord ? "_" : "\\_"
      case "*": return followsWord && !precedesWord ? "*" : "\\*"
      default: return character.isNewline ? " " : "\(character)"
      }
    }.joined()
  }

  private static func isOfWord(_ character: Character) -> Bool {
    character.isLetter || character.isNumber
  }

  static func html(_ text: String) -> String {
    replacing(text) { character in
      switch character {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      case "\"": "&quot;"
      case "'": "&#39;"
      default: nil
      }
    }
  }

  static func latex(_ text: String) -> String {
    replacing(text) { character in
      switch character {
      case "\\": "\\textbackslash{}"
      case "{", "}", "$", "&", "#", "_", "%": "\\\(character)"
      case "^": "\\textasciicircum{}"
      case "~": "\\textasciitilde{}"
      case "<": "\\textless{}"
      case ">": "\\textgreater{}"
      case "|": "\\textbar{}"
      case "\"": "\\textquotedbl{}"
      case "±": "$\\pm$"
      case "≤": "$\\leq$"
      case "–": "--"
      case "†": "\\dag{}"
      case "‡": "\\ddag{}"
      case "§": "\\S{}"
      case "¶": "\\P{}"
      default: nil
      }
    }
  }

  /// A field of RFC 4180: quoted where it has to be.
  static func csv(_ text: String) -> String {
    let needsQuotes = text.contains {
      $0 == "," || $0 == "\"" || $0.isNewline || $0 == "\r"
    }
    return needsQuotes
      ? "\"" + replacing(text, lines: false) { $0 == "\"" ? "\"\"" : nil } + "\"" : text
  }

  /// Replaces characters, and line breaks by spaces: a note is one line in every format.
  private static func replacing(
    _ text: String, lines: Bool = true, _ replacement: (Character) -> String?
  ) -> String {
    var result = ""
    for character in text {
      if lines && character.isNewline {
        result += " "
      } else if let replaced = replacement(character) {
        result += replaced
      } else {
        result.append(character)
      }
    }
    return result
  }
}
