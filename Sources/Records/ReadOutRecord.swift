import Metrics

/// The further predictions of a run's method, with their scores, and its measures: `readOuts` in `run.json`. They are
/// of the same network as the result, at the same epoch.
///
///     for readOut in record.readOuts?.predictions ?? [] {
///       print(readOut.name, readOut.metrics.scores?[.acc] ?? .nan)
///     }
package struct ReadOutRecord: Codable, Equatable, Sendable {
  /// A prediction of every scored image's cluster besides the result.
  package struct Prediction: Codable, Equatable, Sendable {
    package var name: String
    /// Its scores and cluster sizes.
    package var metrics: RunMetrics

    package init(name: String, metrics: RunMetrics) {
      self.name = name
      self.metrics = metrics
    }
  }

  /// In the order of the method.
  package var predictions: [Prediction]
  /// Figures that take no labels, in the order of the method.
  package var measures: [RecordedMeasure]

  /// - Throws: `RecordError.invalidReadOutName` for a name that cannot be a column of `history.csv`,
  ///   `.notFinite` for a measure that is NaN or infinite.
  package init(
    predictions: [Prediction], measures: [RecordedMeasure]
  ) throws(RecordError) {
    self.predictions = predictions
    self.measures = measures
    try HistoryColumns.check(readOuts: predictions.map(\.name), measures: measures.map(\.name))
    for measure in measures where !measure.value.isFinite {
      throw .notFinite(key: measure.name)
    }
  }

  /// The scores that `history.csv` has; none where the images have no labels.
  package var scores: [ReadOutScores] {
    predictions.compactMap { prediction in
      prediction.metrics.scores.map { ReadOutScores(prediction.name, $0) }
    }
  }
}

/// A figure of a method that takes no labels. It has its own column in `history.csv`.
///
///     RecordedMeasure("agreement", 0.875)
package struct RecordedMeasure: Codable, Hashable, Sendable {
  package var name: String
  package var value: Double

  package init(_ name: String, _ value: Double) {
    self.name = name
    self.value = value
  }
}

/// The scores of a read-out at an epoch: its columns in `history.csv`.
///
///     ReadOutScores("boundary", scores).scores[.acc]   // column boundary_acc
package struct ReadOutScores: Codable, Hashable, Sendable {
  package var name: String
  /// Those of the published tables.
  package var scores: Scores

  /// - Parameters:
  ///   - name: the read-out's.
  ///   - scores: at least those of the published tables; others are left out.
  package init(_ name: String, _ scores: Scores) {
    self.name = name
    let columns = Set(MetricRegistry.published.map(\.name))
    self.scores = Scores(byName: scores.byName.filter { columns.contains($0.key) })
  }
}
