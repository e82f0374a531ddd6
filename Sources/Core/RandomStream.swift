import Foundation

/// The purpose of a random stream. Streams of different purposes are independent.
public enum RandomPurpose: UInt32, Sendable {
  case weights = 1
  case shuffle = 2
  case augmentation = 3
  case clustering = 4
  case rehearsal = 5
  case method = 6
  case presentation = 7
}

/// Counter-based random numbers: Philox4x32-10 (Salmon et al., "Parallel Random Numbers: As Easy as
/// 1, 2, 3", SC 2011).
///
/// A stream is determined by its coordinates, not by what was drawn before: `seed` is the key, and the
/// counter holds purpose, view, epoch and item. Streams can therefore be used in any order and on any
/// thread, and a resumed run has no random state to restore.
///
///     var stream = RandomStream(seed: 0, purpose: .augmentation, epoch: 3, item: 17)
///     let angle = stream.uniform(in: -10...10)
public struct RandomStream: RandomNumberGenerator, Sendable {
  private let key: (UInt32, UInt32)
  private let coordinates: (UInt32, UInt32, UInt32)
  private var block: UInt32 = 0
  private var buffer: (UInt64, UInt64) = (0, 0)
  private var unread = 0

  /// - Parameters:
  ///   - seed: the run's seed.
  ///   - purpose: what the numbers are for.
  ///   - epoch: the epoch, or another first coordinate.
  ///   - item: the image's key (`ImageSet.drawKeys`), or another second coordinate.
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

  /// A uniform integer in 0..<bound, without modulo bias.
  public mutating func integer(below bound: Int) -> Int {
    Int(next(upperBound: UInt64(bound)))
  }

  /// A standard normal number (Box and Muller, the cosine half).
  public mutating func normal() -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return radius * cos(2 * .pi * uniform())
  }

  /// A random permutation of 0..<count (Fisher and Yates).
  public mutating func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, integer(below: last + 1))
    }
    return order
  }

  /// One block of Philox4x32 with ten rounds.
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
