import Core
import Metrics

/// A named term of a loss that is a sum, or a figure beside them. It has its own column in
/// `history.csv`.
package struct PartialLoss: Codable, Hashable, Sendable {
  /// Lower or upper case ASCII letters, digits, "_" and "-".
  package var name: String
  /// The term's mean over the images of those steps that have it, with its weight in the sum
  /// applied. The terms add up to the loss, without the figures beside them.
  package var value: Double
  /// Nil in terms, which is what checkpoints and tables of histories have of either.
  private var isBeside: Bool?

  /// - Parameters:
  ///   - name: the column's.
  ///   - value: the mean over images.
  ///   - isTerm: whether it is part of the sum. Otherwise it only tells how the training goes.
  package init(_ name: String, _ value: Double, isTerm: Bool = true) {
    self.name = name
    self.value = value
    isBeside = isTerm ? nil : true
  }

  /// Whether it is part of the sum. One read from `history.csv` always is.
  package var isTerm: Bool { isBeside != true }
}

extension [PartialLoss] {
  /// The sum of the terms: the loss.
  package var total: Double { reduce(0) { $1.isTerm ? $0 + $1.value : $0 } }
}

/// The figures of one epoch: a line of `history.csv`.
package struct HistoryRow: Codable, Hashable, Sendable {
  /// Counted from 1. The first row of a run that continues its stage's training is the epoch after it.
  package var epoch: Int
  /// The sum of the partial losses that are terms of it.
  package var loss: Double
  /// The terms of the loss, in the order in which the method first returned them.
  package var partialLosses: [PartialLoss]
  /// The learning rate of the epoch's last step.
  package var learningRate: Double
  /// Training images per second in this epoch. An image counts once, whatever its number of views.
  package var imagesPerSecond: Double?
  /// Nil if the epoch was not scored (`evaluate_every`).
  package var scores: Scores?
  /// Nil where there are none, as in checkpoints of earlier versions.
  private var readOutScores: [ReadOutScores]?
  private var readOutMeasures: [RecordedMeasure]?

  /// The scores of further predictions, if the epoch was scored, in the order of the method.
  package var readOuts: [ReadOutScores] {
    get { readOutScores ?? [] }
    set { readOutScores = newValue.isEmpty ? nil : newValue }
  }

  /// Figures that take no labels, if the epoch was scored, in the order of the method.
  package var measures: [RecordedMeasure] {
    get { readOutMeasures ?? [] }
    set { readOutMeasures = newValue.isEmpty ? nil : newValue }
  }

  package init(
    epoch: Int, loss: Double, partialLosses: [PartialLoss] = [], learningRate: Double,
    imagesPerSecond: Double? = nil, scores: Scores? = nil, readOuts: [ReadOutScores] = [],
    measures: [RecordedMeasure] = []
  ) {
    self.epoch = epoch
    self.loss = loss
    self.partialLosses = partialLosses
    self.learningRate = learningRate
    self.imagesPerSecond = imagesPerSecond
    self.scores = scores
    self.readOuts = readOuts
    self.measures = measures
  }
}

/// The epochs of a run. A finished run has them in `history.csv`; a checkpoint carries those so
/// far.
///
/// The layout of the file, by columns: `epoch`, `loss`, one column per partial loss,
/// `learning_rate`, `images_per_second`, one per measure, then one per score (`nmi`, `acc`, `ari`, and those of
/// other registered metrics), and three per read-out (`boundary_nmi`, `boundary_acc`, `boundary_ari`). A field without
/// a value is empty. Measures and read-outs are in the order in which they first occur.
///
/// An interrupted run has the same history as an uninterrupted one, bit for bit, except for images
/// per second. Compare histories by `deterministicDigest`.
///
///     let history = try History.read(from: folder.history)
///     print(history.rows.last?.loss ?? .nan, history.deterministicDigest)
package struct History: Codable, Hashable, Sendable {
  /// The epochs in their order.
  package private(set) var rows: [HistoryRow] = []

  package init() {}

  /// The names of all read-outs, in the order in which they first occur.
  package var readOutNames: [String] { rows.flatMap(\.readOuts).map(\.name).uniqued }

  /// The names of all measures, in the order in which they first occur.
  package var measureNames: [String] { rows.flatMap(\.measures).map(\.name).uniqued }

  /// The names of the partial losses. The first row fixes them.
  package var lossNames: [String] {
    rows.first?.partialLosses.map(\.name) ?? []
  }

  /// Adds an epoch.
  /// - Throws: `RecordError.notFinite` for NaN or an infinite number, `.wrongLossNames` if the
  ///   partial losses have other names or another order than those of the first row,
  ///   `.invalidLossName` if a name of the first row cannot be a column, `.invalidReadOutName` if that of a measure or
  ///   read-out cannot be one.
  package mutating func append(_ row: HistoryRow) throws(RecordError) {
    let names = row.partialLosses.map(\.name)
    let columns = HistoryColumns(lossNames: names, rows: [row])
    if rows.isEmpty {
      try columns.check(names)
    } else if names != lossNames {
      throw .wrongLossNames(epoch: row.epoch, found: names, expected: lossNames)
    }
    try HistoryColumns.check(
      readOuts: row.readOuts.map(\.name), measures: row.measures.map(\.name), lossNames: names)
    for (name, value) in columns.named(row) {
      if let value, !value.isFinite { throw .notFinite(key: "\(name) of epoch \(row.epoch)") }
    }
    rows.append(row)
  }

  /// SHA-256 of the CSV without the column images per second, in hexadecimal.
  package var deterministicDigest: String {
    var hash = SHA256Hash()
    hash.update(csv(withTime: false))
    return hash.hexadecimal
  }

  /// The content of `history.csv`. Each number is the shortest text that reads back as the same
  /// double.
  package var csv: String { csv(withTime: true) }

  private func csv(withTime: Bool) -> String {
    let columns = HistoryColumns(lossNames: lossNames, rows: rows)
    let lines = [["epoch"] + columns.names] + rows.map { ["\($0.epoch)"] + columns.fields($0) }
    let time = columns.names.firstIndex(of: HistoryColumns.imagesPerSecond).map { $0 + 1 }
    return lines.map { fields in
      var fields = fields
      if !withTime, let time { fields.remove(at: time) }
      return fields.joined(separator: ",") + "\n"
    }.joined()
  }
}
