import Core
import Figures
import Metrics
import Records
import Reporting

/// The histories of a cell's finished seeds as curves: per epoch the mean over seeds and the ends of its band.
///
///     let histories = CellHistories(of: cell, from: sources)
///     let chart = CurveChart(title: "SCL", panels: histories.panels([.acc], atMost: nil))
///
/// Seeds are aligned by epoch. An epoch that only some seeds have, as of a run whose training was extended, has the
/// mean of those. Scores exist only at epochs that were evaluated.
struct CellHistories {
  /// Of the seeds that have one, by ascending seed; none is empty.
  private let histories: [History]
  /// Why a history could not be read, a sentence each.
  let problems: [String]

  /// Reads `history.csv` of every finished seed that has one.
  init(of cell: ResultCell, from sources: ReportSources) {
    var histories: [History] = []
    var problems: [String] = []
    for record in cell.records {
      do {
        guard let history = try sources.folder(of: record)?.readHistory() else { continue }
        histories.append(history)
      } catch {
        problems.append("\(cell.name), seed \(record.seed): no curve: \(error)")
      }
    }
    self.histories = histories.filter { !$0.rows.isEmpty }
    self.problems = problems
  }

  /// Whether there is nothing to draw.
  var isEmpty: Bool { histories.isEmpty }

  /// The number of seeds with a history.
  var seeds: Int { histories.count }

  /// "2 seeds"; of runs that continue another's training, "2 seeds, from epoch 13".
  var note: String {
    let count = Quantities.count(seeds, "seed")
    let first = histories.compactMap { $0.rows.first?.epoch }.min() ?? 1
    return first == 1 ? count : "\(count), from epoch \(first)"
  }

  /// A panel for the loss, one for each of its terms if it is a sum, one for all scores, and, of methods that have
  /// them, one for the accuracies of read-outs and one for each measure.
  /// - Parameters:
  ///   - metrics: the scores to draw, in per cent.
  ///   - most: the largest number of points of a curve; nil for every epoch.
  func panels(_ metrics: [Metric], atMost most: Int?) -> [CurveChart.Panel] {
    func panel(_ title: String, _ value: @escaping (HistoryRow) -> Double?) -> CurveChart.Panel {
      CurveChart.Panel(
        title: title,
        series: [CurveChart.Series(name: title, points: points(atMost: most, value))])
    }
    var panels = [panel("loss") { $0.loss }]
    let terms = histories.first?.lossNames ?? []
    if terms.count > 1 {
      panels += terms.map { name in
        panel(name) { row in row.partialLosses.first { $0.name == name }?.value }
      }
    }
    let scores = metrics.map { metric in
      CurveChart.Series(
        name: metric.title,
        points: points(atMost: most) { $0.scores.flatMap { $0[metric] }.map { 100 * $0 } })
    }.filter { !$0.points.isEmpty }
    if !scores.isEmpty {
      panels.append(CurveChart.Panel(title: "scores in per cent", series: scores))
    }
    return panels + readOutPanel(atMost: most)
      + histories.flatMap(\.measureNames).uniqued.map { name in
        panel(name) { row in row.measures.first { $0.name == name }?.value }
      }
  }

  /// The accuracy of the result and that of every read-out; nothing for methods without read-outs.
  private func readOutPanel(atMost most: Int?) -> [CurveChart.Panel] {
    let names = histories.flatMap(\.readOutNames).uniqued
    guard !names.isEmpty else { return [] }
    func series(_ name: String, _ scores: (HistoryRow) -> Scores?) -> CurveChart.Series {
      CurveChart.Series(
        name: name, points: points(atMost: most) { scores($0)?[.acc].map { 100 * $0 } })
    }
    return [
      CurveChart.Panel(
        title: "ACC, %",
        series: [series("result") { $0.scores }]
          + names.map { name in
            series(name) { row in row.readOuts.first { $0.name == name }?.scores }
          })
    ]
  }

  /// A point per epoch of which any seed has a value: the mean over these seeds, the smallest and the largest.
  /// - Parameters:
  ///   - most: the most points; nil for every epoch.
  ///   - value: of a row; nil where it was not measured in that epoch.
  private func points(
    atMost most: Int?, _ value: (HistoryRow) -> Double?
  ) -> [CurveChart.Point] {
    var values: [Int: [Double]] = [:]
    for history in histories {
      for row in history.rows {
        if let value = value(row) { values[row.epoch, default: []].append(value) }
      }
    }
    let epochs = values.keys.sorted()
    return Self.thinned(epochs, to: most ?? epochs.count).compactMap { epoch in
      values[epoch].flatMap(SeedStatistics.init).map { statistics in
        CurveChart.Point(
          x: Double(epoch), mean: statistics.mean, low: statistics.minimum,
          high: statistics.maximum)
      }
    }
  }

  /// The first, the last, and others at even intervals between them. Values are not averaged over the epochs between,
  /// so that every point of a curve is one that was measured.
  private static func thinned(_ epochs: [Int], to most: Int) -> [Int] {
    guard epochs.count > most, most > 1 else { return epochs }
    return (0..<most).map { epochs[$0 * (epochs.count - 1) / (most - 1)] }
  }
}
