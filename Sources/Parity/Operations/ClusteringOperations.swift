import ClassicalClustering
import Metrics

/// Metrics and classical clustering.
///
/// - `metric.clustering`: truth, predicted int32 [N]. References: scikit-learn for NMI and ARI,
///   SciPy's Hungarian assignment for ACC. Largest absolute error; the shared cases allow 1e-9.
///   They include single classes, constant predictions, and more or fewer clusters than classes.
/// - `cluster.kmeans`: points [N, D], initial_centres [K, D]. Reference: scikit-learn's Lloyd
///   iterations to convergence. Relative error of centres and inertia, absolute error of labels, so
///   one wrong label fails; the shared case allows 1e-3.
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
    // The case asks for convergence, not for our default stopping rule.
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
