import Core

/// A piece of HTML or SVG that is well-formed by construction.
///
/// Element and attribute names come from the source code; every text and every attribute value is made
/// displayable and escaped when it is put in. Text of a record can therefore never become markup.
///
///     let cell = Markup.element("td", ["class": "best"], [.text("56.1 ± 0.3")])
///     cell.source  // <td class="best">56.1 ± 0.3</td>
package struct Markup: Equatable, Sendable {
  /// The attributes of an element in the order in which they are written. One whose value is nil is left out.
  package typealias Attributes = KeyValuePairs<StaticString, String?>

  /// The HTML or SVG text.
  package let source: String

  /// Only for text that this type has made.
  private init(source: String) {
    self.source = source
  }

  /// Text of any origin, escaped.
  package static func text(_ text: String) -> Markup {
    Markup(source: escaped(text))
  }

  /// Text from the source code that is taken as it is: a style sheet, a script, a declaration.
  package static func trusted(_ text: StaticString) -> Markup {
    Markup(source: "\(text)")
  }

  /// Several pieces in a row.
  package static func group(_ parts: [Markup]) -> Markup {
    Markup(source: parts.map(\.source).joined())
  }

  /// An element with its content.
  /// - Parameters:
  ///   - name: its name in lower case: "td".
  ///   - attributes: of any origin in their values.
  ///   - content: what stands between its tags.
  package static func element(
    _ name: StaticString, _ attributes: Attributes = [:], _ content: [Markup] = []
  ) -> Markup {
    var source = tag(name, attributes) + ">"
    for part in content { source += part.source }
    source += "</\(name)>"
    return Markup(source: source)
  }

  /// An element of HTML that has no content and no end tag: `<meta>`, `<input>`.
  package static func void(_ name: StaticString, _ attributes: Attributes = [:]) -> Markup {
    Markup(source: tag(name, attributes) + ">")
  }

  /// An element of SVG without content, closed in its own tag: `<path/>`.
  package static func shape(_ name: StaticString, _ attributes: Attributes) -> Markup {
    Markup(source: tag(name, attributes) + "/>")
  }

  /// A start tag without its last character, so that the caller closes it as HTML or as SVG.
  private static func tag(_ name: StaticString, _ attributes: Attributes) -> String {
    var tag = "<\(name)"
    for (name, value) in attributes {
      guard let value else { continue }
      tag += " \(name)=\"\(escaped(value))\""
    }
    return tag
  }

  /// The text without control characters, on one line, with the five characters of markup as references.
  ///
  /// Unicode's scalars are looked at, since a mark that combines with '<' would hide it in a character.
  package static func escaped(_ text: String) -> String {
    let text = text.displayable
    guard text.utf8.contains(where: isMarkup) else { return text }
    return text.unicodeScalars.map { scalar in
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

  /// Whether a byte of UTF-8 is one of the five characters of markup.
  private static func isMarkup(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x22, 0x26, 0x27, 0x3C, 0x3E: true
    default: false
    }
  }
}
