import Domain

/// A published score in per cent.
public struct PublishedFigure: Equatable, Sendable {
  public var value: Double
  /// The standard deviation that the source prints, in points.
  public var spread: Double?

  public init(value: Double, spread: Double? = nil) {
    self.value = value
    self.spread = spread
  }
}

/// What a source prints of a method on a benchmark; nil where it prints nothing that could be read.
public struct PublishedCell: Equatable, Sendable {
  public var nmi: PublishedFigure?
  public var acc: PublishedFigure?
  public var ari: PublishedFigure?

  public init(nmi: PublishedFigure?, acc: PublishedFigure?, ari: PublishedFigure?) {
    self.nmi = nmi
    self.acc = acc
    self.ari = ari
  }

  public subscript(metric: ScoreMetric) -> PublishedFigure? {
    switch metric {
    case .nmi: nmi
    case .acc: acc
    case .ari: ari
    }
  }

  /// "71.1/81.5/66.3", as the file has it, "-" for a figure that is not known.
  public var text: String {
    [nmi, acc, ari].map { figure in
      guard let figure else { return "-" }
      return figure.value.oneDecimal + (figure.spread.map { "+-\($0.oneDecimal)" } ?? "")
    }.joined(separator: "/")
  }
}

/// A row of `paper-tables.md`.
public struct PublishedRow: Equatable, Sendable {
  /// The id of the method, as in "pica".
  public var method: String
  /// The row's own name, as in "PICA (best)".
  public var title: String
  /// Keys of the file's table of sources.
  public var sources: [String]
  /// The name of its protocol in the file's table of protocols.
  public var protocolName: String
  /// By benchmark; a benchmark without any figure is not in it.
  public var cells: [String: PublishedCell]
  /// By benchmark, for each registered one but the rehearsals.
  public var protocols: [String: PublishedProtocol]
  /// A remark of the file on this row; empty if there is none.
  public var note: String
  /// Where the row stands in the file.
  public var line: Int

  /// In what the row's method is another than the one here of that id, if a remark says so: it begins
  /// with "another method: ".
  public var otherMethod: String? {
    let mark = "another method: "
    return note.hasPrefix(mark) ? String(note.dropFirst(mark.count)) : nil
  }

  /// The benchmarks that it has figures of, in the papers' order.
  public var benchmarks: [String] { BenchmarkRegistry.current.sorted(cells.keys) }
}
