import Metrics
import Testing

@Suite struct HungarianAssignmentTests {
  @Test func `The cheapest assignment of SciPy's example is found`() throws {
    // scipy.optimize.linear_sum_assignment's documentation: columns 1, 0, 2 at a cost of 5.
    let assignment = try HungarianAssignment(
      minimising: [4, 1, 3, 2, 0, 5, 3, 2, 2], rows: 3, columns: 3)
    #expect(assignment.columnOfRow == [1, 0, 2])
    #expect(assignment.rowOfColumn == [1, 0, 2])
  }

  @Test(arguments: [(1, 1), (2, 2), (3, 5), (5, 3), (5, 5), (6, 4), (1, 6), (6, 6)])
  func `No assignment is cheaper, as trying all of them shows`(rows: Int, columns: Int) throws {
    for seed in 0..<20 as Range<UInt64> {
      let costs = randomLabels(rows * columns, below: 10, seed: seed).map { Double($0) - 5 }
      let assignment = try HungarianAssignment(minimising: costs, rows: rows, columns: columns)
      var cost = 0.0
      for (row, column) in assignment.columnOfRow.enumerated() {
        guard let column else { continue }
        cost += costs[row * columns + column]
        #expect(assignment.rowOfColumn[column] == row)
      }
      #expect(assignment.columnOfRow.compactMap { $0 }.count == min(rows, columns))
      #expect(assignment.rowOfColumn.compactMap { $0 }.count == min(rows, columns))
      #expect(cost == cheapest(costs, rows: rows, columns: columns))
    }
  }

  @Test func `A matrix of 200 x 200 is solved to the optimum that was built in`() throws {
    // Row r and column c cost at least price(r) + price(c), with equality on one permutation only.
    let price = randomLabels(400, below: 1000, seed: 1).map { Int($0) }
    let gaps = randomLabels(40_000, below: 1000, seed: 2).map { Int($0) }
    var costs: [Double] = []
    for row in 0..<200 {
      for column in 0..<200 {
        let gap = column == (row * 3 + 7) % 200 ? 0 : 1 + gaps[row * 200 + column]
        costs.append(Double(price[row] + price[200 + column] + gap))
      }
    }
    let assignment = try HungarianAssignment(minimising: costs, rows: 200, columns: 200)
    #expect(assignment.columnOfRow == (0..<200).map { ($0 * 3 + 7) % 200 })
  }

  @Test func `Maximising counts matches clusters to classes`() throws {
    let assignment = try HungarianAssignment(
      maximising: [1, 9, 0, 8, 7, 2], rows: 2, columns: 3)
    #expect(assignment.columnOfRow == [1, 0])
    #expect(assignment.rowOfColumn == [1, 0, nil])
  }

  @Test func `Without rows or columns nothing is assigned`() throws {
    let none = try HungarianAssignment(minimising: [], rows: 0, columns: 2)
    #expect(none.columnOfRow == [] && none.rowOfColumn == [nil, nil])
    let tall = try HungarianAssignment(minimising: [], rows: 2, columns: 0)
    #expect(tall.columnOfRow == [nil, nil] && tall.rowOfColumn == [])
  }

  @Test func `A matrix of the wrong size or with a hole is refused`() {
    #expect(throws: MetricsError.costsDoNotFill(rows: 2, columns: 2, costs: 3)) {
      try HungarianAssignment(minimising: [1, 2, 3], rows: 2, columns: 2)
    }
    #expect(throws: MetricsError.costNotFinite(row: 1, column: 0)) {
      try HungarianAssignment(minimising: [1, 2, .nan, 3], rows: 2, columns: 2)
    }
  }

  /// The smallest cost over all assignments of as many rows as possible.
  private func cheapest(_ costs: [Double], rows: Int, columns: Int) -> Double {
    func search(_ row: Int, _ used: Set<Int>, skips: Int) -> Double {
      if row == rows { return 0 }
      var best = skips > 0 ? search(row + 1, used, skips: skips - 1) : .infinity
      for column in 0..<columns where !used.contains(column) {
        let rest = search(row + 1, used.union([column]), skips: skips)
        best = min(best, costs[row * columns + column] + rest)
      }
      return best
    }
    return search(0, [], skips: max(0, rows - columns))
  }
}
