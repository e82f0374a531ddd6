extension Metric {
  /// Adjusted Rand index, -1 to 1 (`ContingencyTable.adjustedRandIndex`).
  public static let ari = Metric("ari", title: "ARI", range: -1...1) { table, _ in
    table.adjustedRandIndex
  }
}

extension ContingencyTable {
  /// The Rand index adjusted for chance (Hubert and Arabie, Journal of Classification 2, 1985).
  ///
  /// Over all ordered pairs of points, with `a` = together in both, `b` = together in the
  /// classes only, `c` = together in the clusters only, `d` = apart in both:
  ///
  ///     ARI = 2 (a d - b c) / ((a + b)(b + d) + (a + c)(c + d))
  ///
  /// It is 1 if classes and clusters are the same partition, 0 on average for random clusters
  /// of the same sizes, and never below -0.5. It is symmetric in truth and prediction. The
  /// pairs are counted in 128-bit integers, which is exact for up to 10^9 points.
  ///
  /// Example: classes 0 0 1 1 in clusters 0 1 0 1 have a = 0, b = 4, c = 4, d = 4: 2 (0 - 16) /
  /// (4 · 8 + 4 · 8) = -0.5.
  public var adjustedRandIndex: Double {
    let together = sumOfSquares(counts)
    let classesOnly = sumOfSquares(classSizes) - together
    let clustersOnly = sumOfSquares(clusterSizes) - together
    if classesOnly == 0 && clustersOnly == 0 { return 1 }
    let both = together - Int128(points)
    let neither = Int128(points) * Int128(points) - together - classesOnly - clustersOnly
    let numerator = 2 * (both * neither - classesOnly * clustersOnly)
    let denominator =
      (both + classesOnly) * (classesOnly + neither)
      + (both + clustersOnly) * (clustersOnly + neither)
    return Double(numerator) / Double(denominator)
  }

  private func sumOfSquares(_ sizes: [Int]) -> Int128 {
    sizes.reduce(0) { $0 + Int128($1) * Int128($1) }
  }
}
