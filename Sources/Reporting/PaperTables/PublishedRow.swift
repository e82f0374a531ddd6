import Domain

/// A row of `paper-tables.md`.
package struct PublishedRow: Equatable, Sendable {
  /// The id of the method, as in "pica".
  package var method: String
  /// The row's own name, as in "PICA (best)".
  package var title: String
  /// Keys of the file's table of sources.
  package var sources: [String]
  /// The name of its protocol in the file's table of protocols.
  package var protocolName: String
  /// By benchmark; a benchmark without any figure is not in it.
  package var cells: [String: PublishedCell]
  /// By benchmark, for each registered one but the rehearsals.
  package var protocols: [String: PublishedProtocol]
  /// The file's remark on this row; nil if there is none.
  package var note: PublishedNote?
  /// Where the row stands in the file.
  package var line: Int

  /// The benchmarks that it has figures of, in the papers' order.
  package var benchmarks: [String] { BenchmarkRegistry.current.sorted(cells.keys) }
}

/// A remark of `paper-tables.md` on a row.
package enum PublishedNote: Equatable, Sendable {
  /// A remark for people.
  case remark(String)
  /// The row's method is not this program's method of the same id, and why. No figure of it is compared.
  case anotherMethod(String)

  private static let mark = "another method: "

  /// Reads a cell of the column `note`; nil if it is empty.
  init?(_ text: String) {
    if text.isEmpty { return nil }
    self =
      text.hasPrefix(Self.mark)
      ? .anotherMethod(String(text.dropFirst(Self.mark.count))) : .remark(text)
  }

  /// The remark as the file has it.
  package var text: String {
    switch self {
    case .remark(let text): text
    case .anotherMethod(let difference): Self.mark + difference
    }
  }
}
