import Domain
import Metrics

/// The scores that controls bound: a figure outside of them betrays a broken metric, or a method that
/// has seen labels.
enum ControlBounds {
  /// Points that chance may add to or take from a floor that is itself drawn at random.
  private static let slack = 1.0

  static func remarks(on table: ResultTable) -> [String] {
    table.benchmarks.flatMap { benchmark -> [String] in
      let cells = table.methods.compactMap { table.cell(benchmark: benchmark, method: $0.name) }
      let controls = cells.filter { $0.method.family == .control }
      return table.metrics.flatMap { metric -> [String] in
        let bounds = controls.compactMap { $0.statistics(of: metric)?.mean }
        // One control alone bounds nothing.
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
