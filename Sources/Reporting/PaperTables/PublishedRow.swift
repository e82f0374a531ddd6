import Domain

/// A row of figures of `paper-tables.md`: one method as one source reports it, under one protocol.
///
/// A method may have several rows. They are compared separately and never averaged.
package struct PublishedRow: Equatable, Sendable {
  /// The id of the method, such as "pica".
  package var method: String
  /// The row's own name, such as "PICA (best)". It is unique among the rows of the method.
  package var title: String
  /// Keys of the table of sources.
  package var sources: [String]
  /// The protocol's name in the table of protocols.
  package var protocolName: String
  /// The figures by benchmark. A benchmark without any figure has no entry.
  package var cells: [String: PublishedCell]
  /// The protocol by benchmark, for every registered benchmark but the rehearsals.
  package var protocols: [String: PublishedProtocol]
  /// The remark of the column `note`; nil if it is empty.
  package var note: PublishedNote?
  /// The row's line in the file, counted from 1.
  package var line: Int

  /// The benchmarks with figures, in the order of the papers.
  package var benchmarks: [String] { BenchmarkRegistry.current.sorted(cells.keys) }
}

/// A remark on a row of `paper-tables.md`.
package enum PublishedNote: Equatable, Sendable {
  /// A remark for readers, without consequences.
  case remark(String)
  /// The row's method is not this program's method of that id, for this reason. The diff compares
  /// nothing with it.
  case anotherMethod(String)

  /// The beginning of such a note in the file.
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
