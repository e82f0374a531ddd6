import Metrics

/// A value in a record that no run can have written. The reader adds the file and throws
/// `RecordError.malformed`.
struct ValueOutOfRange: Error {
  let key: String
  let problem: String
}

/// Limits on the values of records that are read from a file.
///
/// They lie far beyond any run, and far enough from the limits of the types that sums and products
/// of a few values cannot overflow. So a manipulated record is reported as damaged and cannot trap.
enum ValueRange {
  static let count = 0...1_000_000_000
  /// A list of this length is made for them.
  static let clusters = 0...100_000
  /// Side of an image in pixels.
  static let imageSize = 1...65_536
  static let seconds = 0...1e12
  /// Up to one pebibyte.
  static let bytes = 0...(1 << 50)
  static let attempts = 0...1_000_000
  /// Tolerance for scores, which are sums of rounded terms.
  private static let rounding = 1e-9

  static func check(
    _ value: Int?, _ key: String, in range: ClosedRange<Int>
  ) throws(ValueOutOfRange) {
    guard let value, !range.contains(value) else { return }
    throw ValueOutOfRange(
      key: key, problem: "\(value) is outside \(range.lowerBound) to \(range.upperBound)")
  }

  static func check(
    _ value: Double?, _ key: String, in range: ClosedRange<Double>
  ) throws(ValueOutOfRange) {
    // NaN is in no range.
    guard let value, !range.contains(value) else { return }
    throw ValueOutOfRange(
      key: key, problem: "\(value) is outside \(range.lowerBound) to \(range.upperBound)")
  }

  /// Checks a score against its metric's range, with a tolerance for rounding.
  static func checkScore(
    _ value: Double, _ key: String, in range: ClosedRange<Double>
  ) throws(ValueOutOfRange) {
    let rounded = (range.lowerBound - rounding)...(range.upperBound + rounding)
    guard !rounded.contains(value) else { return }
    throw ValueOutOfRange(
      key: key,
      problem: "\(value) is not a score: it is outside \(plain(range.lowerBound)) to "
        + plain(range.upperBound))
  }

  /// A whole number without decimals: "-1".
  private static func plain(_ value: Double) -> String {
    Int(exactly: value).map { "\($0)" } ?? "\(value)"
  }

  /// Checks that a text has at most 64 KiB.
  static func check(_ text: String?, _ key: String) throws(ValueOutOfRange) {
    guard let text, text.utf8.count > 1 << 16 else { return }
    throw ValueOutOfRange(
      key: key, problem: "it has \(text.utf8.count) bytes, more than a name can have")
  }
}

extension RunRecord {
  /// Checks texts, counts, scores and times.
  /// - Throws: the first value that no run can have.
  func checkRanges() throws(ValueOutOfRange) {
    for (text, key) in [
      (identity, "identity"), (experiment, "experiment"), (benchmark, "benchmark"),
      (method, "method"),
      (methodTitle, "methodTitle"), (methodFamily.rawValue, "methodFamily"), (profile, "profile"),
      (provenance.deviceName, "provenance.deviceName"),
      (provenance.libtorch, "provenance.libtorch"),
      (provenance.benchmarkFile.sourceFormat, "provenance.benchmarkFile.sourceFormat"),
    ] {
      try ValueRange.check(text, key)
    }
    try ValueRange.check(methodVersion, "methodVersion", in: ValueRange.count)
    try ValueRange.check(checkpointEpoch, "checkpointEpoch", in: ValueRange.count)
    try ValueRange.check(`protocol`.imageSize, "protocol.imageSize", in: ValueRange.imageSize)
    try ValueRange.check(`protocol`.evaluateEvery, "protocol.evaluateEvery", in: ValueRange.count)
    try metrics.checkRanges("metrics")
    try readOuts?.checkRanges()
    try ValueRange.check(timing.seconds, "timing.seconds", in: ValueRange.seconds)
    try ValueRange.check(timing.imagesPerSecond, "timing.imagesPerSecond", in: ValueRange.seconds)
    try ValueRange.check(timing.peakMemoryBytes, "timing.peakMemoryBytes", in: ValueRange.bytes)
    try ValueRange.check(timing.resumptions, "timing.resumptions", in: ValueRange.count)
    let file = provenance.benchmarkFile
    try ValueRange.check(file.images, "provenance.benchmarkFile.images", in: ValueRange.count)
    try ValueRange.check(
      file.definitionImages, "provenance.benchmarkFile.definitionImages", in: ValueRange.count)
    try ValueRange.check(provenance.threads, "provenance.threads", in: ValueRange.count)
  }
}

extension ReadOutRecord {
  fileprivate func checkRanges() throws(ValueOutOfRange) {
    do {
      try HistoryColumns.check(readOuts: predictions.map(\.name), measures: measures.map(\.name))
    } catch {
      throw ValueOutOfRange(key: "readOuts", problem: error.description)
    }
    for (index, prediction) in predictions.enumerated() {
      try prediction.metrics.checkRanges("readOuts.predictions[\(index)].metrics")
    }
  }
}

extension RunMetrics {
  /// - Parameter key: the place of the metrics in the record: "metrics".
  fileprivate func checkRanges(_ key: String) throws(ValueOutOfRange) {
    for (name, score) in (scores?.byName ?? [:]).sorted(by: { $0.key < $1.key }) {
      guard let metric = MetricRegistry.current[name] else { continue }
      try ValueRange.checkScore(score, "\(key).\(name)", in: metric.range)
    }
    try ValueRange.check(images, "\(key).images", in: ValueRange.count)
    try ValueRange.check(clusters, "\(key).clusters", in: ValueRange.clusters)
    for (index, size) in clusterSizes.enumerated() {
      try ValueRange.check(size, "\(key).clusterSizes[\(index)]", in: ValueRange.count)
    }
  }
}

extension RunFailure {
  func checkRanges() throws(ValueOutOfRange) {
    try ValueRange.check(attempts, "attempts", in: ValueRange.attempts)
    try ValueRange.check(identity, "identity")
    try ValueRange.check(reason, "reason")
  }
}

extension RunProgress {
  /// Whether a run can have this progress.
  var isPossible: Bool {
    ValueRange.count.contains(epoch) && ValueRange.count.contains(epochs)
      && (0...1).contains(fraction) && imagesPerSecond.map(ValueRange.seconds.contains) ?? true
      && secondsLeft.map(ValueRange.seconds.contains) ?? true && loss?.isFinite ?? true
  }
}
