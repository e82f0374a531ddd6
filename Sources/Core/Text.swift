import Foundation

extension StringProtocol {
  /// The text on one line, safe to print. Names and messages may come from other people's
  /// files, and a terminal obeys escape sequences in them.
  ///
  /// Line breaks and tabs become spaces. Control characters (C0, DEL, C1), bidirectional marks,
  /// other invisible formatting and noncharacters become U+FFFD, the replacement character.
  /// Joiners (ZWNJ, ZWJ) stay, since some scripts need them.
  package var displayable: String {
    unicodeScalars.allSatisfy(\.isPrintableASCII)
      ? String(self) : replacingHarmful(keepingLines: false)
  }

  /// Like `displayable`, for several lines: line feeds and tabs stay.
  package var displayableLines: String {
    unicodeScalars.allSatisfy { $0.isPrintableASCII || $0 == "\n" }
      ? String(self) : replacingHarmful(keepingLines: true)
  }

  /// JSON text in which the characters that `displayable` replaces are escaped as `\uXXXX`. The
  /// value is the same, and the text is safe to print. Characters below U+007F are left alone:
  /// JSON encoders escape them.
  package var displayableJSON: String {
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

  /// Whether a terminal may act on it, or a reader cannot see it.
  fileprivate var isHarmful: Bool {
    switch properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .surrogate: true
    case .format: value != 0x200C && value != 0x200D
    case .unassigned: properties.isNoncharacterCodePoint
    default: false
    }
  }
}

/// The candidate nearest to a misspelt name, or nil if none is near.
///
///     nearestName(to: "cifar-10", among: ["cifar10", "stl10"])  // "cifar10"
///
/// Near means an edit distance of at most 2 or a third of the longer name, whichever is larger.
/// Case does not count, and swapped neighbours are one edit. Of equally near candidates the
/// alphabetically first wins.
package func nearestName(to name: String, among candidates: [String]) -> String? {
  let nearest =
    candidates
    .map { (candidate: $0, distance: editDistance(name.lowercased(), $0.lowercased())) }
    .min { ($0.distance, $0.candidate) < ($1.distance, $1.candidate) }
  guard let nearest else { return nil }
  let allowed = max(2, max(name.count, nearest.candidate.count) / 3)
  return nearest.distance <= allowed ? nearest.candidate : nil
}

/// The optimal string alignment distance: Levenshtein's distance with transpositions of
/// neighbours, where no part is edited twice. O(mn) time and O(n) memory for m and n
/// characters.
package func editDistance(_ first: String, _ second: String) -> Int {
  let (first, second) = (Array(first), Array(second))
  var before: [Int] = []
  var last = Array(0...second.count)
  for i in first.indices {
    var row = [i + 1]
    for j in second.indices {
      let substitution = last[j] + (first[i] == second[j] ? 0 : 1)
      var distance = min(substitution, last[j + 1] + 1, row[j] + 1)
      if i > 0, j > 0, first[i] == second[j - 1], first[i - 1] == second[j] {
        distance = min(distance, before[j - 1] + 1)
      }
      row.append(distance)
    }
    (before, last) = (last, row)
  }
  return last[second.count]
}

extension Sequence<String> {
  /// The words as one line of a POSIX shell, each quoted where necessary.
  package var shellCommand: String { map(\.shellQuoted).joined(separator: " ") }
}

extension String {
  /// The text as one word of a POSIX shell: unchanged if it has no special characters,
  /// otherwise in single quotes.
  package var shellQuoted: String {
    if !isEmpty, !contains(/[^A-Za-z0-9%+,.\/:=@_-]/) { return self }
    return "'" + replacing("'", with: #"'\''"#) + "'"
  }
}

extension String {
  /// The text in lines of at most `width` characters, broken between words. A longer word gets a line of
  /// its own.
  package func wrapped(to width: Int) -> [String] {
    var lines: [String] = []
    for word in split(separator: " ") {
      if let last = lines.last, last.count + 1 + word.count <= width {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }
}

extension Sequence where Element: Hashable {
  /// The elements without repetitions, in the order of their first occurrences. O(n).
  package var uniqued: [Element] {
    var seen = Set<Element>()
    return filter { seen.insert($0).inserted }
  }
}

extension JSONEncoder {
  /// The encoder of all JSON that this package writes: sorted keys, slashes not escaped. Equal
  /// values give equal bytes, which hashes of JSON rely on.
  /// - Parameter pretty: whether to spread the output over indented lines.
  package static func sorted(pretty: Bool = false) -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
    return encoder
  }

  /// A value as one line of JSON, with its newline; "{}" if it has a number that JSON has not.
  package static func line(_ value: some Encodable) -> String {
    ((try? sorted().encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}") + "\n"
  }
}

extension Int {
  /// The number with commas between thousands: "60,000".
  package var grouped: String {
    var digits = Array(String(magnitude))
    for position in stride(from: digits.count - 3, to: 0, by: -3) {
      digits.insert(",", at: position)
    }
    return (self < 0 ? "-" : "") + String(digits)
  }
}
