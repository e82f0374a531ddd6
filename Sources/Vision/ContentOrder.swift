import Core

/// The order in which a run presents its images: that of the SHA-256 of their pixels.
///
/// Original images are stored class by class, so that an image's index nearly tells its class. This order
/// depends on pixels alone. Storing the same images in another order changes nothing but the places of
/// identical ones, which are drawn: no method can tell them apart, and one that breaks ties by position
/// must not find the order of classes among them.
///
/// ```swift
/// let order = ContentOrder(pixels: pixels, count: 100, seed: 1)
/// let images = try ImageSet(pixels: pixels, height: 32, width: 32, in: order)
/// ```
public struct ContentOrder: Hashable, Sendable {
  /// Counted up whenever the order becomes another: results of another version are then stale.
  public static let version = 1

  /// The places of the images in the pixels that were given, in the order of presentation: [N].
  public let places: [Int]

  /// - Parameters:
  ///   - pixels: bytes of N images, one after the other.
  ///   - count: N.
  ///   - seed: the run's seed, which decides on the order of identical images.
  public init(pixels: [UInt8], count: Int, seed: UInt64) {
    let size = pixels.count / max(1, count)
    let hashes = pixels.withUnsafeBytes { bytes in
      (0..<count).map { place in
        var hash = SHA256Hash()
        hash.update(UnsafeRawBufferPointer(rebasing: bytes[place * size..<(place + 1) * size]))
        return hash.leadingWords
      }
    }
    var places = (0..<count).sorted {
      (hashes[$0].0, hashes[$0].1, $0) < (hashes[$1].0, hashes[$1].1, $1)
    }
    var first = 0
    while first < count {
      let hash = hashes[places[first]]
      let end = places[first...].firstIndex { hashes[$0] != hash } ?? count
      if end > first + 1 {
        var stream = RandomStream(
          seed: seed, purpose: .presentation, epoch: Int(hash.0 >> 32),
          item: Int(hash.0 & 0xFFFF_FFFF))
        let identical = Array(places[first..<end])
        places.replaceSubrange(
          first..<end, with: stream.permutation(of: identical.count).map { identical[$0] })
      }
      first = end
    }
    self.places = places
  }

  /// For each image in the order that was given, its place in the order of presentation: [N].
  public var ranks: [Int] {
    var ranks = [Int](repeating: 0, count: places.count)
    for (rank, place) in places.enumerated() { ranks[place] = rank }
    return ranks
  }
}

extension ImageSet {
  /// Images in the order of presentation. Their places in it are what random numbers are keyed by.
  /// - Parameters:
  ///   - pixels: bytes in the order [N, H, W, 3].
  ///   - height: an image's height in pixels.
  ///   - width: an image's width in pixels.
  ///   - order: theirs.
  ///   - unlabelled: the places in `pixels` of images of a split without labels.
  /// - Throws: `TorchError` if the bytes are not those of as many images as `order` has.
  public init(
    pixels: [UInt8], height: Int, width: Int, in order: ContentOrder, unlabelled: Set<Int> = []
  ) throws {
    let ranks = order.ranks
    // The pixels stay where they are; all of them are too many to lie in memory twice.
    self = try ImageSet(
      pixels: pixels, height: height, width: width, drawKeys: ranks,
      unlabelled: Set(unlabelled.map { ranks[$0] })
    ).selecting(order.places)
  }
}
