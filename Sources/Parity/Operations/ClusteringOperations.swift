import ClassicalClustering
import Metrics

/// Scores and classical clustering.
let clusteringOperations: [String: ParityFile.Operation] = [
  "metric.clustering": { parity in
    let table = try ContingencyTable(
      truth: parity.values("truth"), predicted: parity.values("predicted"))
    return try largest(
      parity.largestError([table.normalisedMutualInformation(.arithmetic)], "nmi_arithmetic"),
      parity.largestError([table.normalisedMutualInformation(.geometric)], "nmi_geometric"),
      parity.largestError([table.accuracy], "acc"),
      parity.largestError([table.adjustedRandIndex], "ari"))
  },

  "cluster.kmeans": { parity in
    let shape = try parity.shape("initial_centres", rank: 2)
    var kMeans = KMeans(clusters: shape[0])
    // To convergence, as the case asks.
    kMeans.tolerance = 0
    kMeans.maximumIterations = 100_000
    let result = try kMeans.fit(
      parity.values("points"), dimensions: shape[1],
      startingFrom: parity.values("initial_centres"))
    return try largest(
      parity.relativeError(result.centres.map(Double.init), "centres"),
      parity.largestError(result.labels.map(Double.init), "labels"),
      parity.relativeError([result.inertia], "inertia"))
  },
]
