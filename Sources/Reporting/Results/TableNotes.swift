import Domain
import Records

/// A note below a table, with the mark that refers to it.
///
///     for note in layout.notes { print("\(note.mark) \(note.text)") }
public struct TableNote: Equatable, Sendable {
  /// "†", "‡", "§", "¶", then doubled.
  public var mark: String
  /// One sentence without a full stop.
  public var text: String
}

/// The notes on a table's data and protocols, which keep a reader from comparing what is not alike:
///
/// - an incomplete benchmark file, a rehearsal, re-encoded pixels,
/// - another size of the network's input, fine labels, another number of clusters,
/// - a chosen checkpoint, and any protocol that differs from the rest of the column.
///
/// A note that holds for all figures of a benchmark is marked once, at the benchmark's heading.
/// Others are marked at the figures.
struct TableNotes {

  /// All notes, each once, in the order of their marks.
  private(set) var notes: [TableNote] = []
  /// Texts that hold for a whole benchmark.
  private var columnNotes: [String: [String]] = [:]
  /// Texts on single cells, by benchmark and row.
  private var cellNotes: [String: [String: [String]]] = [:]

  /// Collects the notes of all cells with figures, by benchmark and then by row.
  init(_ table: ResultTable) {
    for benchmark in table.benchmarks {
      let cells = table.methods.compactMap { table.cell(benchmark: benchmark, method: $0.id) }
        .filter { !$0.records.isEmpty }
      let usual = Self.usualProtocol(of: cells)
      let texts = cells.map { Self.texts(on: $0, usual: usual) }
      // A note that holds for every figure of a benchmark is marked once, at the heading.
      let common = (texts.first ?? []).filter { text in texts.allSatisfy { $0.contains(text) } }
      columnNotes[benchmark] = common
      common.forEach { add($0) }
      for (cell, cellTexts) in zip(cells, texts) {
        let own = cellTexts.filter { !common.contains($0) }
        cellNotes[benchmark, default: [:]][cell.method.id] = own
        own.forEach { add($0) }
      }
    }
  }

  /// The marks of a benchmark's heading.
  func marks(benchmark: String) -> [String] {
    marks(columnNotes[benchmark] ?? [])
  }

  /// The marks of a cell's figures.
  func marks(benchmark: String, method: String) -> [String] {
    marks(texts(benchmark: benchmark, method: method))
  }

  /// The notes on a cell alone.
  func texts(benchmark: String, method: String) -> [String] {
    cellNotes[benchmark]?[method] ?? []
  }

  /// The notes on a cell and those on its whole benchmark; none for a cell without figures.
  func allTexts(on cell: ResultCell) -> [String] {
    if cell.records.isEmpty { return [] }
    return (columnNotes[cell.benchmark] ?? [])
      + texts(benchmark: cell.benchmark, method: cell.method.id)
  }

  /// The most frequent protocol of a benchmark's cells; of equally frequent ones the first. Cells
  /// with another protocol get a note.
  static func usualProtocol(of cells: [ResultCell]) -> RunProtocol? {
    let protocols = cells.compactMap(\.runProtocol)
    func frequency(_ candidate: RunProtocol) -> Int {
      protocols.count { $0 == candidate }
    }
    var usual = protocols.first
    for candidate in protocols {
      if let current = usual, frequency(candidate) > frequency(current) { usual = candidate }
    }
    return usual
  }

  /// All notes on a cell.
  /// - Parameter usual: the usual protocol of its benchmark.
  private static func texts(on cell: ResultCell, usual: RunProtocol?) -> [String] {
    var texts: [String] = []
    let title = cell.heading
    if let file = cell.benchmarkFile {
      if let original = file.rehearsalOf {
        texts.append(
          "\(title): \(file.images.grouped) generated images (rehearsal), not those of "
            + BenchmarkRegistry.current.heading(of: original))
      } else if !file.complete {
        texts.append(
          "\(title): \(file.images.grouped) of \(file.definitionImages.grouped) images, "
            + file.sourceFormat)
      }
      if cell.isReEncoded {
        texts.append("\(title): re-encoded pixels, prepared from JPEG copies of the raw images")
      }
    }
    guard let runProtocol = cell.runProtocol else { return texts }
    if let size = cell.viewSize, size != runProtocol.imageSize {
      texts.append("the network input is \(size) px")
    }
    if runProtocol.labels == .fine {
      texts.append(
        "\(title): scored against the fine classes; published figures use the superclasses"
      )
    }
    if let clusters = runProtocol.clusters {
      texts.append(
        cell.isUnscored
          ? "\(clusters) clusters" : "\(clusters) clusters, not one per class")
    }
    if runProtocol.checkpoint.chooses { texts.append(runProtocol.checkpoint.title) }
    if let usual, runProtocol != usual {
      var own: [String] = []
      if runProtocol.train != usual.train {
        own.append("trained on \(runProtocol.train.rawValue)")
      }
      if runProtocol.score != usual.score { own.append("scored on \(runProtocol.score.rawValue)") }
      if runProtocol.imageSize != usual.imageSize {
        own.append("image size \(runProtocol.imageSize) px")
      }
      if runProtocol.nmi != usual.nmi { own.append("\(runProtocol.nmi.rawValue) NMI") }
      if runProtocol.checkpoint != usual.checkpoint, runProtocol.checkpoint == .last, cell.trains {
        own.append("last checkpoint")
      }
      if !own.isEmpty { texts.append("other protocol: " + own.joined(separator: ", ")) }
    }
    return texts
  }

  /// The mark of a note on a row that follows a method's row. The note is added unless it exists.
  mutating func mark(for text: String) -> String {
    add(text)
    return marks([text]).joined()
  }

  /// Adds a note with the next mark, unless it exists.
  private mutating func add(_ text: String) {
    guard !notes.contains(where: { $0.text == text }) else { return }
    notes.append(TableNote(mark: Self.mark(notes.count), text: text))
  }

  /// The marks of these notes, in the order of the marks.
  private func marks(_ texts: [String]) -> [String] {
    notes.filter { texts.contains($0.text) }.map(\.mark)
  }

  /// The n-th mark, counted from 0.
  private static func mark(_ index: Int) -> String {
    let signs = ["†", "‡", "§", "¶"]
    return String(repeating: signs[index % signs.count], count: index / signs.count + 1)
  }
}
