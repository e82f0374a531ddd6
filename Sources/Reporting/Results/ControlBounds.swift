import Domain
import Metrics

/// A plausibility check on a table: no method should score below the random control or above the
/// control that assigns the true labels. A figure outside this range means a broken metric, or a
/// method that has seen labels.
enum ControlBounds {
  /// Points by which a figure may lie below the floor. The floor is itself drawn at random.
  private static let slack = 1.0

  /// One remark for each suspicious figure. Benchmarks with fewer than two controls are skipped,
  /// because one control gives no range.
  static func remarks(on table: ResultTable) -> [String] {
    table.benchmarks.flatMap { benchmark -> [String] in
      let cells = table.methods.compactMap { table.cell(benchmark: benchmark, method: $0.id) }
      let controls = cells.filter { $0.method.family == .control }
      return table.metrics.flatMap { metric -> [String] in
        let bounds = controls.compactMap { $0.statistics(of: metric)?.mean }
        // One control gives no range.
        guard bounds.count > 1, let floor = bounds.min(), let ceiling = bounds.max() else {
          return []
        }
        return cells.compactMap { cell in
          guard cell.method.family != .control,
            let mean = cell.statistics(of: metric)?.mean,
            mean < floor - slack || mean > ceiling + 1e-9
          else { return nil }
          return
            "Suspect: \(TableText.name(cell)): \(metric.title) \(mean.oneDecimal) is outside the "
            + "controls' range, \(floor.oneDecimal) to \(ceiling.oneDecimal)"
        }
      }
    }
  }
}
