/// Why a score cannot be computed.
///
///     do {
///       let table = try ContingencyTable(truth: [0, 1], predicted: [0])
///     } catch MetricsError.lengthsDiffer(let truth, let predicted) {
///       print(truth, predicted)   // 2 1
///     }
public enum MetricsError: Error, Hashable, Sendable {
  /// Truth and prediction have different numbers of points.
  case lengthsDiffer(truth: Int, predicted: Int)
  /// There are no points; no metric is defined then.
  case noPoints
  /// The table of counts would need more than `ContingencyTable.maximumCells` cells.
  case tooManyGroups(classes: Int, clusters: Int)
  /// The number of costs is not rows times columns.
  case costsDoNotFill(rows: Int, columns: Int, costs: Int)
  /// A cost is infinite or NaN.
  case costNotFinite(row: Int, column: Int)
  /// More clusters have members than an experiment asked for.
  case fewerClustersThanFound(asked: Int, found: Int)
  /// Two metrics of a registry have the same name.
  case repeatedName(String)
}

extension MetricsError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .lengthsDiffer(let truth, let predicted):
      "\(truth) true labels but \(predicted) predicted ones: give one of each for every point"
    case .noPoints:
      "no points to score: give at least one"
    case .tooManyGroups(let classes, let clusters):
      "\(classes) classes by \(clusters) clusters are too many to score: a table may have "
        + "\(ContingencyTable.maximumCells) cells"
    case .costsDoNotFill(let rows, let columns, let costs):
      "\(costs) costs do not fill a matrix of \(rows) x \(columns)"
    case .costNotFinite(let row, let column):
      "the cost in row \(row), column \(column) is not a finite number"
    case .fewerClustersThanFound(let asked, let found):
      "\(found) clusters have members, but only \(asked) were asked for"
    case .repeatedName(let name):
      "two metrics are named '\(name)': give each a name of its own"
    }
  }
}
