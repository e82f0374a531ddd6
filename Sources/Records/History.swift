import Core
import Metrics

/// One part of a loss that is a sum, under its name.
public struct PartialLoss: Codable, Hashable, Sendable {
  public var name: String
  public var value: Double

  public init(_ name: String, _ value: Double) {
    self.name = name
    self.value = value
  }
}

/// What one epoch of training was like.
public struct HistoryRow: Codable, Hashable, Sendable {
  public var epoch: Int
  /// The mean loss over the epoch's batches.
  public var loss: Double
  public var partialLosses: [PartialLoss]
  public var learningRate: Double
  public var imagesPerSecond: Double?
  /// Nil where the epoch's model was not evaluated.
  public var scores: Scores?

  public init(
    epoch: Int, loss: Double, partialLosses: [PartialLoss] = [], learningRate: Double,
    imagesPerSecond: Double? = nil, scores: Scores? = nil
  ) {
    self.epoch = epoch
    self.loss = loss
    self.partialLosses = partialLosses
    self.learningRate = learningRate
    self.imagesPerSecond = imagesPerSecond
    self.scores = scores
  }
}

/// The epochs of a run, as `history.csv` holds them and as a checkpoint carries them.
///
/// An interrupted run's history is bit-identical to an uninterrupted one's except for images per
/// second, which is time: compare histories by `deterministicDigest`.
public struct History: Codable, Hashable, Sendable {
  public private(set) var rows: [HistoryRow] = []

  public init() {}

  /// The names of the partial losses, which the first row fixes.
  public var lossNames: [String] {
    rows.first?.partialLosses.map(\.name) ?? []
  }

  /// Adds an epoch.
  /// - Throws: `RecordError` if a number is not finite, or the partial losses have other names or
  ///   another order than the first row's.
  public mutating func append(_ row: HistoryRow) throws(RecordError) {
    let names = row.partialLosses.map(\.name)
    let columns = HistoryColumns(lossNames: names, rows: [row])
    if rows.isEmpty {
      try columns.check(names)
    } else if names != lossNames {
      throw .wrongLossNames(epoch: row.epoch, found: names, expected: lossNames)
    }
    for (name, value) in columns.named(row) {
      if let value, !value.isFinite { throw .notFinite(key: "\(name) of epoch \(row.epoch)") }
    }
    rows.append(row)
  }

  /// SHA-256 of all columns but images per second.
  public var deterministicDigest: String {
    var hash = SHA256Hash()
    hash.update(csv(withTime: false))
    return hash.hexadecimal
  }

  /// The history as CSV: a line of column names and one line for each epoch. Numbers are the
  /// shortest that read back as the same; what was not measured is empty.
  public var csv: String { csv(withTime: true) }

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
