import Torch

/// Images to learn from or to score: pixels, and no labels.
///
/// A set is a choice of rows of a shared store, so that the images learnt and the images scored can
/// overlap without a copy.
///
/// ```swift
/// let images = try ImageSet(
///   pixels: pixels, height: 32, width: 32, drawKeys: Array(0..<100))
/// let scored = images.selecting(Array(50..<100))
/// let bytes = scored.bytes(at: [0, 1])  // uint8 [2, 32, 32, 3]
/// ```
public struct ImageSet {
  /// Every image that sets choose from; a class, so that two sets can tell whether they share one.
  private final class Store {
    /// uint8 [M, H, W, 3]
    let pixels: Tensor
    /// The same on a card, once a batch was asked for there.
    private var onCard: Tensor?

    init(_ pixels: Tensor) { self.pixels = pixels }

    /// All pixels on a device, where they stay: of 60,000 images of 32 pixels 176 MiB.
    func pixels(on device: Device) -> Tensor {
      guard device != pixels.device else { return pixels }
      let resident = onCard ?? pixels.to(device)
      onCard = resident
      return resident
    }
  }

  private let store: Store
  /// The store's rows that belong to this set, in order.
  private let storeRows: [Int]
  /// For each image of the set, the number that its random draws are keyed by. An image has the same key
  /// in every set of a run: its place in the order in which the run presents images (`ContentOrder`),
  /// which tells nothing of its place in the benchmark file.
  public let drawKeys: [Int]
  /// For each image of the set, whether it is of a split that nobody has labels of (STL-10's 100,000).
  public let isUnlabelled: [Bool]

  /// - Parameters:
  ///   - pixels: bytes in the order [M, H, W, 3].
  ///   - height: an image's height in pixels.
  ///   - width: an image's width in pixels.
  ///   - drawKeys: for each of the M images, what its random draws are keyed by.
  ///   - unlabelled: the keys of those that are of a split without labels.
  /// - Throws: `TorchError` if the bytes are not those of M images.
  public init(
    pixels: [UInt8], height: Int, width: Int, drawKeys: [Int], unlabelled: Set<Int> = []
  ) throws {
    self.init(
      store: Store(
        try Torch.checked { Tensor(pixels, shape: [drawKeys.count, height, width, 3]) }),
      storeRows: Array(drawKeys.indices), drawKeys: drawKeys,
      isUnlabelled: drawKeys.map(unlabelled.contains))
  }

  private init(store: Store, storeRows: [Int], drawKeys: [Int], isUnlabelled: [Bool]) {
    self.store = store
    self.storeRows = storeRows
    self.drawKeys = drawKeys
    self.isUnlabelled = isUnlabelled
  }

  /// The number of images.
  public var count: Int { storeRows.count }
  /// An image's height in pixels.
  public var height: Int { store.pixels.size(1) }
  /// An image's width in pixels.
  public var width: Int { store.pixels.size(2) }

  /// The images at these positions of this set, in this order. No pixels are copied.
  public func selecting(_ positions: [Int]) -> ImageSet {
    ImageSet(
      store: store, storeRows: positions.map { storeRows[$0] },
      drawKeys: positions.map { drawKeys[$0] },
      isUnlabelled: positions.map { isUnlabelled[$0] })
  }

  /// Whether both sets hold the same images of the same store in the same order.
  public func holdsSameImages(as other: ImageSet) -> Bool {
    store === other.store && storeRows == other.storeRows
  }

  /// Bytes of the images at these positions: uint8 [B, H, W, 3].
  /// - Parameter device: where they are put. The first call for a card copies all pixels there, so that later ones
  ///   need only the positions.
  public func bytes(at positions: [Int], on device: Device = .cpu) -> Tensor {
    store.pixels(on: device).rows(Tensor(positions.map { storeRows[$0] }).to(device))
  }

  /// All pixels as floats in 0...1, one row for each image: [N, H * W * 3].
  /// - Throws: `TorchError` if the pixels cannot be read.
  public func flattenedPixels() throws -> [Float] {
    let bytes = try store.pixels.rows(Tensor(storeRows)).bytes()
    return [Float](unsafeUninitializedCapacity: bytes.count) { buffer, count in
      for i in bytes.indices { buffer[i] = Float(bytes[i]) / 255 }
      count = bytes.count
    }
  }

  /// Mean and standard deviation of each colour channel over this set, on the scale 0...1. A deviation is
  /// at least 0.001.
  /// - Throws: `TorchError` if the pixels cannot be read.
  public func channelStatistics() throws -> ChannelStatistics {
    var counts = [[Int]](repeating: [Int](repeating: 0, count: 256), count: 3)
    // Histograms of integers: exact, whatever the order.
    for start in stride(from: 0, to: count, by: 4096) {
      let block = try bytes(at: Array(start..<min(start + 4096, count))).bytes()
      for channel in 0..<3 {
        var histogram = counts[channel]
        for i in stride(from: channel, to: block.count, by: 3) { histogram[Int(block[i])] += 1 }
        counts[channel] = histogram
      }
    }
    let moments = counts.map { histogram -> (mean: Double, deviation: Double) in
      let total = Double(max(1, histogram.reduce(0, +)))
      let mean = histogram.enumerated().reduce(0) { $0 + Double($1.offset * $1.element) } / total
      let variance = histogram.enumerated().reduce(0) {
        $0 + (Double($1.offset) - mean) * (Double($1.offset) - mean) * Double($1.element)
      }
      return (mean / 255, (variance / total).squareRoot() / 255)
    }
    return ChannelStatistics(
      mean: moments.map(\.mean), standardDeviation: moments.map { max($0.deviation, 1e-3) })
  }
}

/// What normalisation subtracts and divides by, per colour channel on the scale 0...1.
///
///     let statistics = try images.channelStatistics()
///     statistics.mean   // of CIFAR-10: 0.491, 0.482, 0.447
public struct ChannelStatistics: Hashable, Sendable {
  /// Of red, green and blue.
  public let mean: [Double]
  /// Of red, green and blue, above 0.
  public let standardDeviation: [Double]

  public init(mean: [Double], standardDeviation: [Double]) {
    self.mean = mean
    self.standardDeviation = standardDeviation
  }

  /// (image - mean) / standard deviation for [B, 3, H, W].
  public func normalise(_ images: Tensor) -> Tensor {
    let mean = Tensor(mean.map { Float($0) }, shape: [1, 3, 1, 1]).to(images.device)
    let deviation = Tensor(standardDeviation.map { Float($0) }, shape: [1, 3, 1, 1])
      .to(images.device)
    return (images - mean) / deviation
  }
}
