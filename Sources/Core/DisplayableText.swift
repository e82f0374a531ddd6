extension StringProtocol {
  /// The text on one line without what commands a terminal or hides from a reader: names of folders, titles
  /// and reasons come from files of other people.
  ///
  /// Line breaks and tabs become spaces. Control characters (C0, DEL, C1), marks of writing direction, other
  /// invisible formatting and noncharacters become U+FFFD, the replacement character. What joins letters
  /// (ZWNJ, ZWJ) stays: scripts need it.
  public var displayable: String {
    unicodeScalars.allSatisfy(\.isPrintableASCII)
      ? String(self) : replacingHarmful(keepingLines: false)
  }

  /// The same for a text of several lines: line feeds and tabs stay.
  public var displayableLines: String {
    unicodeScalars.allSatisfy { $0.isPrintableASCII || $0 == "\n" }
      ? String(self) : replacingHarmful(keepingLines: true)
  }

  /// JSON text with such characters as escapes, so that the value is the same and the text harmless.
  public var displayableJSON: String {
    guard unicodeScalars.contains(where: { $0.value >= 0x7F && $0.isHarmful }) else {
      return String(self)
    }
    var result = ""
    for scalar in unicodeScalars {
      guard scalar.value >= 0x7F, scalar.isHarmful else {
        result.unicodeScalars.append(scalar)
        continue
      }
      for unit in String(scalar).utf16 {
        let digits = String(unit, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }
    }
    return result
  }

  private func replacingHarmful(keepingLines: Bool) -> String {
    var result = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      if keepingLines, scalar == "\n" || scalar == "\t" {
        result.append(scalar)
      } else if scalar.breaksLines {
        result.append(" ")
      } else {
        result.append(scalar.isHarmful ? "\u{FFFD}" : scalar)
      }
    }
    return String(result)
  }
}

extension Unicode.Scalar {
  fileprivate var isPrintableASCII: Bool { (0x20...0x7E).contains(value) }

  /// Tab, line feed, vertical tab, form feed, carriage return, NEL, and Unicode's two separators.
  fileprivate var breaksLines: Bool {
    (0x09...0x0D).contains(value) || value == 0x85 || value == 0x2028 || value == 0x2029
  }

  fileprivate var isHarmful: Bool {
    switch properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .surrogate: true
    case .format: value != 0x200C && value != 0x200D
    case .unassigned: properties.isNoncharacterCodePoint
    default: false
    }
  }
}
