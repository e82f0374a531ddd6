/// The linear assignment problem: the cheapest way to give each row of a cost matrix its own
/// column.
///
///     let best = try HungarianAssignment(minimising: [1, 2, 0, 5], rows: 2, columns: 2)
///     best.columnOfRow  // [1, 0], at a cost of 2 + 0
///
/// Shortest augmenting paths with row and column prices (Jonker and Volgenant, Computing 38,
/// 1987): exact, in O(m^2 n) time for m the shorter and n the longer side. With more rows than
/// columns, some rows get no column. Of equally cheap assignments the result is always the same
/// one.
public struct HungarianAssignment: Hashable, Sendable {
  /// The column of every row; nil for a row that got none.
  public let columnOfRow: [Int?]
  /// The row of every column; nil for a column that got none.
  public let rowOfColumn: [Int?]

  /// Minimises the sum of the costs of the chosen cells.
  /// - Parameters:
  ///   - costs: [rows, columns], row-major, finite.
  ///   - rows: the number of rows.
  ///   - columns: the number of columns.
  /// - Throws: `MetricsError.costsDoNotFill` or `.costNotFinite`.
  public init(minimising costs: [Double], rows: Int, columns: Int) throws(MetricsError) {
    try Self.checkShape(rows: rows, columns: columns, cells: costs.count)
    if let index = costs.firstIndex(where: { !$0.isFinite }) {
      throw .costNotFinite(row: index / columns, column: index % columns)
    }
    self.init(validCosts: costs, rows: rows, columns: columns)
  }

  /// Maximises the sum of the counts of the chosen cells, as in matching clusters to classes.
  /// - Parameters:
  ///   - counts: [rows, columns], row-major.
  ///   - rows: the number of rows.
  ///   - columns: the number of columns.
  /// - Throws: `MetricsError.costsDoNotFill`.
  public init(maximising counts: [Int], rows: Int, columns: Int) throws(MetricsError) {
    try Self.checkShape(rows: rows, columns: columns, cells: counts.count)
    self.init(validCosts: counts.map { -Double($0) }, rows: rows, columns: columns)
  }

  /// The matching of the table's classes (rows) and clusters (columns) with the most points in
  /// matched cells.
  package init(matching table: ContingencyTable) {
    self.init(
      validCosts: table.counts.map { -Double($0) }, rows: table.classes.count,
      columns: table.clusters.count)
  }

  private init(validCosts costs: [Double], rows: Int, columns: Int) {
    if rows <= columns {
      rowOfColumn = Self.assign(costs, rows: rows, columns: columns)
      columnOfRow = Self.inverse(of: rowOfColumn, count: rows)
    } else {
      var transposed = [Double](repeating: 0, count: costs.count)
      for row in 0..<rows {
        for column in 0..<columns {
          transposed[column * rows + row] = costs[row * columns + column]
        }
      }
      columnOfRow = Self.assign(transposed, rows: columns, columns: rows)
      rowOfColumn = Self.inverse(of: columnOfRow, count: columns)
    }
  }

  private static func checkShape(rows: Int, columns: Int, cells: Int) throws(MetricsError) {
    let (product, overflow) = rows.multipliedReportingOverflow(by: columns)
    guard rows >= 0, columns >= 0, !overflow, product == cells else {
      throw .costsDoNotFill(rows: rows, columns: columns, costs: cells)
    }
  }

  private static func inverse(of partners: [Int?], count: Int) -> [Int?] {
    var result = [Int?](repeating: nil, count: count)
    for (index, partner) in partners.enumerated() {
      if let partner { result[partner] = index }
    }
    return result
  }

  /// The row of each column, for a matrix with at least as many columns as rows.
  private static func assign(_ costs: [Double], rows: Int, columns: Int) -> [Int?] {
    // The dual variables. They keep `cost - rowPrice - columnPrice` at 0 or more, and at 0 in
    // chosen cells.
    var rowPrice = [Double](repeating: 0, count: rows)
    var columnPrice = [Double](repeating: 0, count: columns)
    var rowOfColumn = [Int?](repeating: nil, count: columns)
    var columnOfRow = [Int](repeating: 0, count: rows)
    var previousRow = [Int](repeating: 0, count: columns)

    for start in 0..<rows {
      // Dijkstra's search from the new row to the nearest free column. Steps lead from a row to
      // any column, and from a taken column back to its row.
      var distance = [Double](repeating: .infinity, count: columns)
      var open = Array(0..<columns)
      var settled: [Int] = []
      var row = start
      var travelled = 0.0
      var end = 0
      while true {
        var nearest = 0
        for place in open.indices {
          let column = open[place]
          let reached =
            travelled + costs[row * columns + column] - rowPrice[row] - columnPrice[column]
          if reached < distance[column] {
            distance[column] = reached
            previousRow[column] = row
          }
          if distance[column] < distance[open[nearest]] { nearest = place }
        }
        let column = open.remove(at: nearest)
        travelled = distance[column]
        guard let owner = rowOfColumn[column] else {
          end = column
          break
        }
        settled.append(column)
        row = owner
      }

      rowPrice[start] += travelled
      for column in settled {
        let saved = travelled - distance[column]
        columnPrice[column] -= saved
        if let owner = rowOfColumn[column] { rowPrice[owner] += saved }
      }

      // Each row on the path takes the column by which the path left it.
      var column = end
      while true {
        let owner = previousRow[column]
        rowOfColumn[column] = owner
        if owner == start {
          columnOfRow[owner] = column
          break
        }
        swap(&columnOfRow[owner], &column)
      }
    }
    return rowOfColumn
  }
}
