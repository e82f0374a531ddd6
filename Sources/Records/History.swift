import Core

/// One part of a loss that is a sum, under its name.
public struct PartialLoss: Codable, Hashable, Sendable {
  public var name: String
  public var value: Double

  public init(_ name: String, _ value: Double) {
    self.name = name
    self.value = value
  }
}

/// The scores of one epoch's model, as fractions of 1.
public struct EpochScores: Codable, Hashable, Sendable {
  public var nmi: Double
  public var acc: Double
  public var ari: Double

  public init(nmi: Double, acc: Double, ari: Double) {
    self.nmi = nmi
    self.acc = acc
    self.ari = ari
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
  public var scores: EpochScores?

  public init(
    epoch: Int, loss: Double, partialLosses: [PartialLoss] = [], learningRate: Double,
    imagesPerSecond: Double? = nil, scores: EpochScores? = nil
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
    if rows.isEmpty {
      try HistoryColumns.check(names)
    } else if names != lossNames {
      throw .wrongLossNames(epoch: row.epoch, found: names, expected: lossNames)
    }
    for (name, value) in HistoryColumns(lossNames: names).named(row) {
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
    let columns = HistoryColumns(lossNames: lossNames)
    let lines = [["epoch"] + columns.names] + rows.map { ["\($0.epoch)"] + columns.fields($0) }
    let time = columns.names.firstIndex(of: HistoryColumns.imagesPerSecond).map { $0 + 1 }
    return lines.map { fields in
      var fields = fields
      if !withTime, let time { fields.remove(at: time) }
      return fields.joined(separator: ",") + "\n"
    }.joined()
  }
}

/// The columns of a history after the epoch, in order.
struct HistoryColumns {
  static let imagesPerSecond = "images_per_second"
  private static let last = ["learning_rate", imagesPerSecond, "nmi", "acc", "ari"]

  let lossNames: [String]

  var names: [String] { ["loss"] + lossNames + Self.last }

  func values(_ row: HistoryRow) -> [Double?] {
    [row.loss] + row.partialLosses.map(\.value)
      + [row.learningRate, row.imagesPerSecond, row.scores?.nmi, row.scores?.acc, row.scores?.ari]
  }

  func fields(_ row: HistoryRow) -> [String] {
    values(row).map { value in value.map { "\($0)" } ?? "" }
  }

  func named(_ row: HistoryRow) -> [(String, Double?)] {
    Array(zip(names, values(row)))
  }

  /// The partial losses' names in a file's line of column names; nil if other columns are not there.
  init?(header: [String]) {
    guard header.starts(with: ["epoch", "loss"]), header.suffix(Self.last.count) == Self.last[...],
      header.count >= 2 + Self.last.count
    else { return nil }
    lossNames = Array(header.dropFirst(2).dropLast(Self.last.count))
  }

  init(lossNames: [String]) {
    self.lossNames = lossNames
  }

  static func check(_ lossNames: [String]) throws(RecordError) {
    for (index, name) in lossNames.enumerated() {
      let plain = name.utf8.allSatisfy {
        $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
          || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20)
      }
      let taken = ["epoch", "loss"] + last + lossNames[..<index]
      guard plain, !name.isEmpty, !taken.contains(name) else { throw .invalidLossName(name) }
    }
  }
}
