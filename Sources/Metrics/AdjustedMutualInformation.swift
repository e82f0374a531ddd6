import Foundation

extension Metric {
  /// Adjusted mutual information: mutual information above chance, normalised by the mean entropy.
  public static let ami = Metric("ami", title: "AMI", range: -1...1) { table, _ in
    table.adjustedMutualInformation
  }
}

extension ContingencyTable {
  /// Adjusted mutual information (Vinh, Epps and Bailey, JMLR 11, 2010), as scikit-learn defines it
  /// by default:
  ///
  ///     AMI = (I - E[I]) / ((H(classes) + H(clusters)) / 2 - E[I])
  ///
  /// E[I] is the mean over all assignments with the same sizes of classes and clusters. So a random
  /// clustering scores about 0, however many clusters it has, where NMI grows with their number. At
  /// most 1, for the same groups under other names; slightly negative below chance.
  ///
  /// One class in one cluster scores 1, and so do points that are all alone in class and cluster. If
  /// only one of the two is undivided, the score is 0.
  public var adjustedMutualInformation: Double {
    if classes.count == 1 && clusters.count == 1 { return 1 }
    if classes.count == points && clusters.count == points { return 1 }
    if classes.count == 1 || clusters.count == 1 { return 0 }
    let expected = expectedMutualInformation
    let above = mutualInformation - expected
    let most = (entropy(of: classSizes) + entropy(of: clusterSizes)) / 2 - expected
    // Both are 0 up to rounding where one side has a group for each point.
    guard abs(most) > 1e-12 else { return 0 }
    return min(1, max(-1, above / most))
  }

  /// E[I] in nats, under the hypergeometric model (Vinh et al., equation 24a).
  ///
  /// The expectation of a cell depends on the size of its class and of its cluster alone. So cells are
  /// summed over pairs of distinct sizes, of which there are far fewer than cells.
  var expectedMutualInformation: Double {
    let logFactorial = logFactorials(upTo: points)
    let total = Double(points)
    var terms: [Double] = []
    for (classSize, classCount) in distinctSizes(classSizes) {
      for (clusterSize, clusterCount) in distinctSizes(clusterSizes) {
        let independent = Double(classSize) * Double(clusterSize)
        // log of a! b! (N - a)! (N - b)! / N!
        let margins =
          logFactorial[classSize] + logFactorial[clusterSize] + logFactorial[points - classSize]
          + logFactorial[points - clusterSize] - logFactorial[points]
        var cell = 0.0
        for shared in max(1, classSize + clusterSize - points)...min(classSize, clusterSize) {
          let logProbability =
            margins - logFactorial[shared] - logFactorial[classSize - shared]
            - logFactorial[clusterSize - shared]
            - logFactorial[points - classSize - clusterSize + shared]
          cell +=
            Double(shared) / total * log(Double(shared) * total / independent)
            * exp(logProbability)
        }
        terms.append(cell * Double(classCount) * Double(clusterCount))
      }
    }
    return sumInOrderOfSize(terms)
  }

  /// Every size that occurs, ascending, and how often.
  private func distinctSizes(_ sizes: [Int]) -> [(size: Int, count: Int)] {
    sizes.reduce(into: [:]) { $0[$1, default: 0] += 1 }.sorted { $0.key < $1.key }
      .map { ($0.key, $0.value) }
  }

  /// log 0!, log 1!, ..., log count!.
  private func logFactorials(upTo count: Int) -> [Double] {
    (0...count).map { lgamma(Double($0) + 1) }
  }
}
