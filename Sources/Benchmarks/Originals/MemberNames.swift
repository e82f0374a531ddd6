import Foundation

/// The encoding of file names. It is UTF-8 nearly everywhere. Zip archives made on Windows use
/// the code page of that machine and do not say which.
struct MemberNames: Sendable {
  /// The encodings that occur.
  enum Encoding: Sendable {
    /// UTF-8, with invalid bytes written like \xE9.
    case utf8
    /// The original code page of the IBM PC, the default of the zip format.
    case codePage437
    /// Japanese Windows.
    case shiftJIS
  }

  /// How names that are not valid UTF-8 are decoded.
  var encoding = Encoding.utf8

  /// Sets the locale in which libarchive returns names unchanged. Has to precede its use.
  static func prepare() { _ = locale }
  /// The process's locale for characters. Only libarchive depends on it.
  private static let locale: Void = { setlocale(LC_CTYPE, "C.UTF-8") }()

  /// Decodes a name. Valid UTF-8 is always read as such, whatever the encoding.
  /// - Parameter bytes: without a terminating zero.
  func text(of bytes: some Collection<CChar>) -> String {
    let bytes = bytes.map { UInt8(bitPattern: $0) }
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    switch encoding {
    case .utf8: return Self.escaped(bytes)
    case .codePage437:
      return String(
        String.UnicodeScalarView(
          bytes.map { $0 < 0x80 ? Unicode.Scalar($0) : Self.codePage437[Int($0) - 0x80] }))
    case .shiftJIS:
      return String(bytes: bytes, encoding: .shiftJIS) ?? Self.escaped(bytes)
    }
  }

  /// Decodes UTF-8, with invalid bytes written like \xE9, so that different bytes give
  /// different names.
  static func escaped(_ bytes: [UInt8]) -> String {
    var text = ""
    var rest = bytes[...]
    while !rest.isEmpty {
      // Scalars have at most four bytes.
      let whole = (1...4).lazy.compactMap { count in
        rest.count < count
          ? nil : String(validating: rest.prefix(count), as: UTF8.self).map { (count, $0) }
      }.first
      if let (count, scalar) = whole {
        text += scalar
        rest = rest.dropFirst(count)
      } else {
        text += "\\x" + String(rest[rest.startIndex], radix: 16, uppercase: true)
        rest = rest.dropFirst()
      }
    }
    return text
  }

  /// The characters of bytes 80 to FF (unicode.org, VENDORS/MICSFT/PC/CP437.TXT).
  private static let codePage437 = Array(
    """
    ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀\
    αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{A0}
    """.unicodeScalars)
}

extension MemberNames {
  /// Guesses the encoding of names in a zip archive that are not UTF-8.
  ///
  /// Japanese names contain runs of kana and kanji. European names that are read as Shift-JIS
  /// have single such letters between Latin ones. So each Japanese letter counts for Shift-JIS
  /// unless it touches a Latin letter, and the majority decides. Names that are not valid
  /// Shift-JIS mean code page 437.
  /// - Parameter names: the raw names of all members.
  init(guessing names: [[UInt8]]) {
    self.init()
    let names = names.filter { String(validating: $0, as: UTF8.self) == nil }
    guard !names.isEmpty else { return }
    var (japanese, others) = (0, 0)
    for name in names {
      guard let text = String(bytes: name, encoding: .shiftJIS) else {
        encoding = .codePage437
        return
      }
      let scalars = Array(text.unicodeScalars)
      for (place, scalar) in scalars.enumerated() where !scalar.isASCII {
        let neighbours = [place - 1, place + 1].filter(scalars.indices.contains)
        let touchesLatin = neighbours.contains {
          scalars[$0].isASCII && scalars[$0].properties.isAlphabetic
        }
        let isJapanese =
          (0x3040...0x30FF).contains(scalar.value)
          || (0x4E00...0x9FFF).contains(scalar.value) || (0xFF66...0xFF9F).contains(scalar.value)
        if isJapanese, !touchesLatin { japanese += 1 } else { others += 1 }
      }
    }
    encoding = japanese > others ? .shiftJIS : .codePage437
  }
}

extension MemberNames {
  /// The encoding of an archive's member names: guessed for zip archives, otherwise UTF-8.
  /// - Throws: `BenchmarkError.damaged` for an inconsistent zip archive.
  init(ofArchive path: String) throws(BenchmarkError) {
    let isZip = try FileReader(path).read(upTo: 2) == Array("PK".utf8)
    self.init(guessing: isZip ? try ZipDirectory(path)?.names ?? [] : [])
  }
}
