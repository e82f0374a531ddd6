import Core
import Methods
import Metrics
import Vision

// Blindness to the order of images. Original files are stored class by class, so a method that uses
// the order can find the classes without looking at pixels. Runs present images in the order of
// their hashes; these checks present them in class order, which exposes such a method.
extension Examination {
  /// Four checks, from the cheapest to the most expensive.
  func checkOrder() throws {
    try checkOrderAtAssignment()
    try checkNoise()
    try checkClassOrder()
    try checkStoredOrder()
  }

  /// Finds a method that assigns by the position in the request: images requested in a permuted
  /// order must keep their clusters. One in twenty may change, because sums in another order may
  /// move an image that lies between two clusters.
  private func checkOrderAtAssignment() throws {
    let method = try first().fitted
    let clusters = try method.assign(images)
    var stream = RandomStream(seed: 3, purpose: .shuffle)
    let order = stream.permutation(of: images.count)
    let permuted = try method.assign(images.selecting(order))
    guard clusters.count == images.count, permuted.count == images.count else { return }
    // Rounding depends on the order of sums and may move an image between two near clusters.
    let same = zip(order, permuted).count { clusters[$0] == $1 }
    if same * 20 < images.count * 19 {
      report(
        .blindness,
        "\(images.count - same) of \(images.count) images change their cluster if requested in "
          + "another order")
    }
  }

  /// Finds a method that uses the order of few images. In images of noise there is nothing to find,
  /// so clusters must not agree with the order.
  private func checkNoise() throws {
    let noise = try ExampleImages.noise()
    let clusters = try fit(images: noise).fitted.assign(noise)
    // By chance, the ARI of 64 images exceeds 0.25 less than once in ten thousand times.
    try checkAgreement(
      of: clusters, at: Array(0..<noise.count), "images of noise", limit: 0.25)
  }

  /// Finds a method that uses the order only of many images, or to break ties between identical
  /// ones. The 1,200 images are noise and copies of one image, in the order of two classes.
  private func checkClassOrder() throws {
    let images = try ExampleImages.inClasses()
    // Large batches, because the time goes by steps and not by images. No warm-up, because only one
    // epoch is trained, and it must show what the method does after a warm-up.
    var suite = suite
    suite.settings.merge(["batch_size": 100, "warmup_epochs": 0]) { $1 }
    let clusters = try fit(images: images, epochs: 1, as: suite).fitted.assign(images)
    let positions = Array(0..<images.count)
    // By chance, the ARI of 600 images exceeds 0.05 less than once in a million times.
    try checkAgreement(
      of: clusters, at: positions.filter { !ExampleImages.isRepeated($0) },
      "\(images.count) images in the order of classes", limit: 0.05)
    try checkAgreement(
      of: clusters, at: positions.filter(ExampleImages.isRepeated), "identical images", limit: 0.05)
  }

  /// Reports clusters that agree with the order of images: with its halves, as in a file sorted by
  /// two classes, or with odd and even positions, as in one that alternates.
  /// - Parameters:
  ///   - clusters: of all images, in their order.
  ///   - positions: the images to look at, ascending.
  ///   - images: what they are, for the message.
  ///   - limit: the highest adjusted Rand index that counts as chance.
  /// - Throws: `MetricsError`.
  private func checkAgreement(
    of clusters: [Int32], at positions: [Int], _ images: String, limit: Double
  ) throws {
    guard let last = positions.last, last < clusters.count else { return }
    let middle = clusters.count / 2
    let orders: [(name: String, classOf: (Int) -> Int32)] = [
      ("halves of the file", { $0 < middle ? 0 : 1 }),
      ("odd and even places in the file", { Int32($0 % 2) }),
    ]
    for (name, classOf) in orders {
      let agreement = try ContingencyTable(
        truth: positions.map(classOf), predicted: positions.map { clusters[$0] }
      ).adjustedRandIndex
      if agreement > limit {
        report(
          .blindness,
          "in \(images), clusters match the \(name) (ARI \((agreement * 100).rounded() / 100))")
      }
    }
  }

  /// Finds a method that the order in the benchmark file can still reach: the images are stored in
  /// two orders and presented as a run presents them, by their content. Every image must have the
  /// same cluster in both.
  private func checkStoredOrder() throws {
    var stream = RandomStream(seed: 5, purpose: .shuffle)
    let orders = [Array(0..<images.count), stream.permutation(of: images.count)]
    // Clusters by the images' numbers, whatever their place in the file.
    let clusters = try orders.map { order in
      let pixels = try images.bytes(at: order).bytes()
      let presented = ContentOrder(pixels: pixels, count: order.count, seed: 1)
      let set = try ImageSet(
        pixels: pixels, height: images.height, width: images.width, in: presented)
      let assigned = try fit(images: set).fitted.assign(set)
      var byNumber = [Int32](repeating: -1, count: order.count)
      for (place, cluster) in zip(presented.places, assigned) { byNumber[order[place]] = cluster }
      return byNumber
    }
    let others = zip(clusters[0], clusters[1]).count { $0 != $1 }
    if others > 0 {
      report(
        .blindness,
        "\(others) of \(images.count) images change their cluster if the file stores them in "
          + "another order")
    }
  }
}
