import Metrics
import Torch
import Vision

/// The classes that SCL takes the images to have, and how they follow from the consensus of both predictions.
struct SCLHypotheses {
  /// y, the current class of every image, int64 [N].
  private let classes: Tensor
  /// The same as integers from the first step of an epoch on, so that no step waits for them.
  private var known: [Int]?
  /// Those at the end of the epoch before, int64 [N].
  private let earlier: Tensor
  /// The logarithms of the factors that balance the clusters, [K]; zeros where they are not balanced.
  private let logScalings: Tensor
  /// The consensus of the latest images, [M, K], by which the clusters are kept balanced within an epoch.
  private let latest: KeyQueue
  private let inputs: SCL.Inputs

  private var settings: SCLSettings { inputs.settings }
  private var clusters: Int { inputs.context.clusters }

  init(_ inputs: SCL.Inputs) {
    self.inputs = inputs
    let (count, device) = (inputs.images.count, inputs.context.device)
    classes = Tensor.full([count], 0, dtype: .int64, on: device)
    earlier = Tensor.full([count], 0, dtype: .int64, on: device)
    logScalings = Tensor.zeros([inputs.context.clusters], on: device)
    let clusters = inputs.context.clusters
    latest = KeyQueue(
      startingFrom: Tensor.full(
        [min(count, max(1024, 20 * clusters)), clusters], 1 / Double(clusters), on: device))
  }

  /// What a checkpoint keeps.
  var memory: [NamedTensor] {
    [
      ("hypotheses", classes), ("earlier_hypotheses", earlier),
      ("hypothesis_scalings", logScalings),
    ] + latest.memory
  }

  /// The first ones: the classifier's clusters, or k-means on the memory bank with its clusters numbered so as
  /// to agree best with the classifier's.
  /// - Parameters:
  ///   - boundary: the classifier's clusters of all images, int64 [N].
  ///   - bank: [N, D].
  func start(from boundary: Tensor, _ bank: Tensor) throws {
    classes.copy(from: boundary)
    guard settings.initialisation == .kmeans else { return }
    let found = try FeatureClustering(restarts: settings.restarts, for: inputs).cluster(
      bank.floats(), dimensions: settings.common.dimensions)
    var agreement = [Int](repeating: 0, count: clusters * clusters)
    for (cluster, boundary) in zip(found, try classes.integers())
    where 0..<clusters ~= Int(boundary) {
      agreement[Int(cluster) * clusters + Int(boundary)] += 1
    }
    let matched = try HungarianAssignment(maximising: agreement, rows: clusters, columns: clusters)
      .columnOfRow
    classes.copy(from: Tensor(found.map { matched[Int($0)] ?? Int($0) }))
  }

  /// Keeps the classes at the end of the epoch before.
  mutating func beginEpoch() {
    known = nil
    earlier.copy(from: classes)
  }

  /// To be called when the epoch's first classes are found.
  mutating func beginSteps() throws { known = try current() }

  /// y of every image, [N].
  func current() throws -> [Int] { try known ?? classes.integers().map(Int.init) }

  /// Balances the clusters by the consensus of all images, [N, K], and keeps the factors for the steps to come.
  /// A cluster that is still empty takes the image of the highest probability for it, from a cluster of two or
  /// more.
  /// - Parameter isFirst: whether no step has been taken.
  func balance(_ consensus: Tensor, isFirst: Bool) throws {
    let balanced = BalancedHypotheses(
      consensus, power: settings.hypothesisPower, iterations: settings.hypothesisIterations)
    logScalings.copy(from: balanced.logScalings)
    if isFirst { latest.append(consensus) }
    var labels = try balanced.labels.integers().map(Int.init)
    var sizes = sizes(of: labels)
    for empty in sizes.indices where sizes[empty] == 0 {
      let likelihoods = try consensus.narrowed(1, to: empty..<(empty + 1)).floats()
      let candidates = labels.indices.filter { sizes[labels[$0]] > 1 }
      // The first of several.
      let best = candidates.max {
        likelihoods[$0] < likelihoods[$1] || $0 > $1 && likelihoods[$0] == likelihoods[$1]
      }
      guard let best else { break }
      sizes[labels[best]] -= 1
      sizes[empty] += 1
      labels[best] = empty
    }
    classes.copy(from: Tensor(labels))
  }

  /// The classes of a step's images from its consensus, [B, K]. Where clusters are balanced, no image leaves
  /// its cluster empty.
  mutating func update(_ positions: [Int], _ index: Tensor, _ consensus: Tensor) throws {
    var current = try current()
    known = nil
    let isBalanced = settings.hypotheses == .balanced
    if isBalanced { follow(consensus) }
    let found =
      isBalanced
      ? BalancedHypotheses.labels(
        of: consensus, power: settings.hypothesisPower, logScalings: logScalings)
      : consensus.argmax(along: 1)
    var sizes = sizes(of: current)
    for (position, label) in zip(positions, try found.integers().map(Int.init)) {
      let left = current[position]
      if left == label || isBalanced && sizes[left] == 1 { continue }
      sizes[left] -= 1
      sizes[label] += 1
      current[position] = label
    }
    classes.setRows(index, to: Tensor(positions.map { current[$0] }).to(index.device))
    known = current
  }

  /// Fits the factors of the clusters to the latest images, by a few iterations from their present values. The
  /// predictions change within an epoch, and with its first factors most images would soon be in a few clusters.
  private func follow(_ consensus: Tensor) {
    latest.append(consensus)
    let scores = latest.keys.to(.float64).clamped(atLeast: 1e-300).log() * settings.hypothesisPower
    let scaled = (scores + logScalings).softmax(along: 1)
    logScalings.add(BalancedHypotheses(scaled, iterations: 3).logScalings)
  }

  /// The members of each cluster.
  private func sizes(of labels: [Int]) -> [Int] {
    var sizes = [Int](repeating: 0, count: clusters)
    for label in labels where sizes.indices.contains(label) { sizes[label] += 1 }
    return sizes
  }

  /// The share of images whose class is another than at the end of the epoch before, and those of the smallest
  /// and the largest cluster.
  func measures() throws -> [NamedMeasure] {
    let labels = try classes.integers().map(Int32.init)
    let unchanged = ReadOuts.agreement(of: labels, try earlier.integers().map(Int32.init))
    let shares = ReadOuts.clusterShares(of: labels, clusters: clusters)
    return [
      ("hypotheses_changed", 1 - unchanged), ("hypotheses_smallest", shares.smallest),
      ("hypotheses_largest", shares.largest),
    ]
  }
}
