import Foundation

/// The mean of the two entropies by which mutual information is divided to give NMI.
///
///     let table = try ContingencyTable(truth: [0, 0, 1], predicted: [0, 1, 1])
///     table.normalisedMutualInformation(.geometric)
public enum NMINormaliser: String, Codable, CaseIterable, Sendable {
  /// (H(classes) + H(clusters)) / 2: scikit-learn's default since version 0.22.
  case arithmetic
  /// sqrt(H(classes) H(clusters)): scikit-learn's default before version 0.22.
  case geometric
}

extension Metric {
  /// Normalised mutual information under the protocol's normaliser.
  public static let nmi = Metric(
    "nmi", title: "NMI", range: 0...1,
    fixed: [.arithmetic: nmiArithmetic.name, .geometric: nmiGeometric.name]
  ) { table, normaliser in table.normalisedMutualInformation(normaliser) }

  /// NMI with the arithmetic mean of the entropies.
  public static let nmiArithmetic = Metric("nmiArithmetic", title: "NMI (arithmetic)") { table, _ in
    table.normalisedMutualInformation(.arithmetic)
  }

  /// NMI with the geometric mean of the entropies.
  public static let nmiGeometric = Metric("nmiGeometric", title: "NMI (geometric)") { table, _ in
    table.normalisedMutualInformation(.geometric)
  }
}

extension ContingencyTable {
  /// Normalised mutual information (Strehl and Ghosh, JMLR 3, 2002), as scikit-learn defines
  /// it:
  ///
  ///     NMI = I(classes; clusters) / mean(H(classes), H(clusters))
  ///
  /// with the arithmetic or the geometric mean of the two entropies.
  ///
  /// It is in [0, 1], and exactly 1 if and only if classes and clusters are the same partition.
  /// It is symmetric in truth and prediction. It is not adjusted for chance, so more clusters
  /// score higher. One class in one cluster scores 1; if only one of the two is undivided, the
  /// score is 0.
  ///
  /// Example: classes 0 0 1 2 in clusters 0 0 1 1 have I = log 2, H(classes) = 1.5 log 2 and
  /// H(clusters) = log 2: 1 / 1.25 = 0.8 (arithmetic), 1 / sqrt(1.5) = 0.816 (geometric).
  public func normalisedMutualInformation(_ normaliser: NMINormaliser) -> Double {
    if classes.count == 1 && clusters.count == 1 { return 1 }
    if classes.count == 1 || clusters.count == 1 { return 0 }
    let classEntropy = entropy(of: classSizes)
    let clusterEntropy = entropy(of: clusterSizes)
    let mean =
      switch normaliser {
      case .arithmetic: (classEntropy + clusterEntropy) / 2
      case .geometric: (classEntropy * clusterEntropy).squareRoot()
      }
    return min(1, mutualInformation / mean)
  }

  /// The mutual information of classes and clusters in nats: the sum of p(i, j) log(p(i, j) /
  /// (p(i) p(j))) over the cells with points.
  public var mutualInformation: Double {
    let total = Double(points)
    var terms: [Double] = []
    for row in classes.indices {
      for column in clusters.indices {
        let count = counts[row * clusters.count + column]
        guard count > 0 else { continue }
        let observed = Double(count) * total
        let independent = Double(classSizes[row]) * Double(clusterSizes[column])
        terms.append(Double(count) / total * log(observed / independent))
      }
    }
    return max(0, sumInOrderOfSize(terms))
  }

  /// The entropy of a partition of the points in nats.
  func entropy(of sizes: [Int]) -> Double {
    let total = Double(points)
    return sumInOrderOfSize(sizes.map { Double($0) / total * log(total / Double($0)) })
  }
}
