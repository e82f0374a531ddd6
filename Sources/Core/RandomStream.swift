import Foundation

/// What a random stream is for. Streams of different purposes are independent, so that a new
/// draw for one purpose changes no number of another.
///
/// The raw values are part of every result: they enter Philox's counter. Never change or reuse
/// one.
///
///     var stream = RandomStream(seed: context.seed, purpose: .weights)
public enum RandomPurpose: UInt32, Sendable {
  /// Initial weights of networks.
  case weights = 1
  /// The order of images within an epoch.
  case shuffle = 2
  /// The parameters of augmented views.
  case augmentation = 3
  /// Starts of k-means, of eigensolvers and of factorisations.
  case clustering = 4
  /// Images that the program generates.
  case rehearsal = 5
  /// A method's own draws: negatives, dropout, memory banks.
  case method = 6
  /// The order among images with identical pixels.
  case presentation = 7
  /// Bootstrap samples and random permutations of statistical tests.
  case statistics = 8
  /// Images that stand for all of a run's in figures and averages.
  case sample = 9
}

/// Counter-based random numbers: Philox4x32-10 (Salmon et al., "Parallel Random Numbers: As
/// Easy as 1, 2, 3", SC 2011).
///
/// A stream is determined by its coordinates, not by what was drawn before: `seed` is the key,
/// and the counter holds purpose, view, epoch and item. Streams can therefore be used in any
/// order and on any thread, and a resumed run has no random state to restore.
///
///     var stream = RandomStream(seed: 0, purpose: .augmentation, epoch: 3, item: 17)
///     let angle = stream.uniform(in: -10...10)
///
/// Layout: the key is the seed's low and high 32 bits. The counter's four words are the number
/// of the block, `purpose | view << 16`, the epoch and the item. A block gives two 64-bit
/// numbers, words 0 and 1 and then words 2 and 3, low word first. A stream repeats itself after
/// 2^33 numbers. Every draw is the same on every machine, except that `normal` depends on the C
/// library's `log` and `cos`.
public struct RandomStream: RandomNumberGenerator, Sendable {
  private let key: (UInt32, UInt32)
  private let coordinates: (UInt32, UInt32, UInt32)
  /// The number of the next block.
  private var block: UInt32 = 0
  /// The two numbers of the current block.
  private var buffer: (UInt64, UInt64) = (0, 0)
  /// How many numbers of `buffer` have not been returned.
  private var unread = 0

  /// - Parameters:
  ///   - seed: the run's seed.
  ///   - purpose: what the numbers are for.
  ///   - epoch: the epoch, or another first coordinate. Its low 32 bits count; it can be
  ///     negative.
  ///   - item: the image's key (`ImageSet.drawKeys`), or another second coordinate. Its low 32
  ///     bits count.
  ///   - view: the augmented view; below 65,536.
  public init(
    seed: UInt64, purpose: RandomPurpose, epoch: Int = 0, item: Int = 0, view: Int = 0
  ) {
    key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    coordinates = (
      purpose.rawValue | UInt32(truncatingIfNeeded: view) << 16,
      UInt32(truncatingIfNeeded: epoch), UInt32(truncatingIfNeeded: item)
    )
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    if unread == 0 {
      let words = Self.philox(
        counter: (block, coordinates.0, coordinates.1, coordinates.2), key: key)
      buffer = (
        UInt64(words.0) | UInt64(words.1) << 32, UInt64(words.2) | UInt64(words.3) << 32
      )
      block &+= 1
      unread = 2
    }
    unread -= 1
    return unread == 1 ? buffer.0 : buffer.1
  }

  /// A uniform number in [0, 1) with 53 random bits.
  public mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// A uniform number in [range.lowerBound, range.upperBound).
  public mutating func uniform(in range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// A uniform integer in 0..<bound, without modulo bias. The standard library's rejection
  /// method may use more than one draw.
  /// - Parameter bound: at least 1.
  public mutating func integer(below bound: Int) -> Int {
    Int(next(upperBound: UInt64(bound)))
  }

  /// A standard normal number (Box and Muller, Annals of Mathematical Statistics 29, 1958; the
  /// cosine half). Uses two draws. `1 - uniform()` is in (0, 1], so the logarithm is finite.
  public mutating func normal() -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return radius * cos(2 * .pi * uniform())
  }

  /// A random permutation of 0..<count (Fisher and Yates, from the last place down), in
  /// O(count).
  public mutating func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, integer(below: last + 1))
    }
    return order
  }

  /// One block of Philox4x32 with ten rounds (Salmon et al., section 3.3). The two multipliers
  /// and the two constants that are added to the key after each round are those of the authors'
  /// library Random123, whose known answers the tests check.
  package static func philox(
    counter: (UInt32, UInt32, UInt32, UInt32), key: (UInt32, UInt32)
  ) -> (UInt32, UInt32, UInt32, UInt32) {
    var (c0, c1, c2, c3) = counter
    var (k0, k1) = key
    for _ in 0..<10 {
      let first = UInt64(0xD251_1F53) * UInt64(c0)
      let second = UInt64(0xCD9E_8D57) * UInt64(c2)
      (c0, c1, c2, c3) = (
        UInt32(truncatingIfNeeded: second >> 32) ^ c1 ^ k0, UInt32(truncatingIfNeeded: second),
        UInt32(truncatingIfNeeded: first >> 32) ^ c3 ^ k1, UInt32(truncatingIfNeeded: first)
      )
      k0 &+= 0x9E37_79B9
      k1 &+= 0xBB67_AE85
    }
    return (c0, c1, c2, c3)
  }
}
