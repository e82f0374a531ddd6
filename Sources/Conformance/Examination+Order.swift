import Core
import Methods
import Metrics
import Vision

// What the order of images tells a method.
extension Examination {
  func checkOrder() throws {
    try checkOrderAtAssignment()
    try checkNoise()
    try checkClassOrder()
    try checkStoredOrder()
  }

  /// Images asked for in another order have the same clusters.
  private func checkOrderAtAssignment() throws {
    let method = try first().fitted
    let clusters = try method.assign(images)
    var stream = RandomStream(seed: 3, purpose: .shuffle)
    let order = stream.permutation(of: images.count)
    let permuted = try method.assign(images.selecting(order))
    guard clusters.count == images.count, permuted.count == images.count else { return }
    // Sums of another order may move an image that lies between two clusters.
    let same = zip(order, permuted).count { clusters[$0] == $1 }
    if same * 20 < images.count * 19 {
      report(
        .blindness,
        "asked for in another order, \(images.count - same) of \(images.count) images change "
          + "their cluster")
    }
  }

  /// In images of noise there is nothing to find: clusters that agree with the order of images come
  /// from it.
  private func checkNoise() throws {
    let noise = try ExampleImages.noise()
    let clusters = try fit(images: noise).fitted.assign(noise)
    // By chance it exceeds 0.25 less than once in ten thousand times.
    try checkAgreement(
      of: clusters, at: Array(0..<noise.count), "images of noise", limit: 0.25)
  }

  /// The same among many images, since a method may look at their order only where they are many, and
  /// among identical ones, where ties have to be broken. Methods are handed the order of classes here,
  /// which a run does not do.
  private func checkClassOrder() throws {
    let images = try ExampleImages.inClasses()
    // Large batches, since steps cost more than images; and what is done after a warm-up is to be seen in
    // the only epoch.
    var suite = suite
    suite.settings.merge(["batch_size": 100, "warmup_epochs": 0]) { $1 }
    let clusters = try fit(images: images, epochs: 1, as: suite).fitted.assign(images)
    let positions = Array(0..<images.count)
    // By chance it exceeds 0.05 among 600 images less than once in a million times.
    try checkAgreement(
      of: clusters, at: positions.filter { !ExampleImages.isRepeated($0) },
      "\(images.count) images in the order of classes", limit: 0.05)
    try checkAgreement(
      of: clusters, at: positions.filter(ExampleImages.isRepeated), "identical images", limit: 0.05)
  }

  /// Reports clusters that agree with the halves of the order of images or with its odd and even places.
  /// - Parameters:
  ///   - positions: of the images that are looked at.
  ///   - limit: of the adjusted Rand index.
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
          "in \(images) it finds the \(name), with an ARI of "
            + "\((agreement * 100).rounded() / 100)")
      }
    }
  }

  /// Images that are stored in another order have the same clusters, presented as runs present them.
  private func checkStoredOrder() throws {
    var stream = RandomStream(seed: 5, purpose: .shuffle)
    let orders = [Array(0..<images.count), stream.permutation(of: images.count)]
    // Of each image by its number, whatever its place in the file.
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
        "stored in another order, \(others) of \(images.count) images change their cluster")
    }
  }
}
