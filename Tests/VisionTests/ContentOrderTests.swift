import Core
import Testing
import Torch
import Vision

extension VisionTests {
  @Suite struct OrderOfPresentation {
    /// Eight images of 2 x 2 pixels; byte j of image i is 37 i + j.
    private let pictures = (0..<8).map { image in
      (0..<12).map { UInt8(truncatingIfNeeded: 37 * image + $0) }
    }

    private func order(_ pictures: [[UInt8]], seed: UInt64 = 0) -> ContentOrder {
      ContentOrder(pixels: pictures.flatMap { $0 }, count: pictures.count, seed: seed)
    }

    /// Python: sorted(range(8), key=lambda i: hashlib.sha256(bytes of image i).digest()).
    @Test func `Images come in the order of the SHA-256 of their pixels, whatever the seed`() {
      for seed: UInt64 in 0..<3 {
        #expect(order(pictures, seed: seed).places == [2, 1, 6, 7, 5, 4, 3, 0])
      }
    }

    @Test func `Stored in another order, images are presented in the same`() {
      var stream = RandomStream(seed: 1, purpose: .shuffle)
      for _ in 0..<5 {
        let stored = stream.permutation(of: pictures.count)
        let places = order(stored.map { pictures[$0] }).places
        #expect(places.map { stored[$0] } == [2, 1, 6, 7, 5, 4, 3, 0])
      }
    }

    @Test func `The order of identical images is drawn anew by each seed`() {
      let same = Array(repeating: pictures[0], count: 200)
      // Images of the first half among the first half presented: hypergeometric, 50 +- 3.5.
      let kept = (0..<40).map { seed in
        order(same, seed: seed).places.prefix(100).count { $0 < 100 }
      }
      #expect(kept.allSatisfy { (32...68).contains($0) })
      #expect(abs(Double(kept.reduce(0, +)) / 40 - 50) < 2.5)
      #expect(Set((0..<40).map { order(same, seed: $0).places }).count == 40)
      #expect(order(same, seed: 3) == order(same, seed: 3))
      #expect(order(same).places.sorted() == Array(0..<200))
    }

    @Test func `Identical images stand together among others, and two groups are drawn apart`() {
      let mixed = (0..<20).flatMap { _ in [pictures[0], pictures[1]] }
      let places = order(mixed).places
      let (ones, zeros) = (places.prefix(20), places.suffix(20))
      #expect(ones.allSatisfy { $0 % 2 == 1 } && zeros.allSatisfy { $0 % 2 == 0 })
      #expect(ones.map { $0 / 2 } != zeros.map { $0 / 2 })
    }

    @Test func `A presented set holds the pixels in its order, and draws by the place in it`()
      throws
    {
      let order = order(pictures)
      let images = try ImageSet(
        pixels: pictures.flatMap { $0 }, height: 2, width: 2, in: order, unlabelled: [1, 7])
      #expect(try images.bytes(at: Array(0..<8)).bytes() == order.places.flatMap { pictures[$0] })
      #expect(images.drawKeys == Array(0..<8))
      #expect(images.isUnlabelled == order.places.map { [1, 7].contains($0) })
      #expect(order.ranks.map { order.places[$0] } == Array(0..<8))
    }

    @Test func `No images have an order too`() {
      #expect(order([]).places == [])
    }
  }
}
