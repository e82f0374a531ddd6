import Core
import Testing
import Torch
import Vision

extension VisionTests {
  @Suite struct Strong {
    /// An image that is a formula, so that another program can be asked about it.
    private func image(height: Int, width: Int) -> [UInt8] {
      var pixels: [UInt8] = []
      for y in 0..<height {
        for x in 0..<width {
          for channel in 0..<3 {
            pixels.append(
              UInt8((x * 37 + y * 59 + channel * 101 + x * y * 7) % 200 + 20 * channel))
          }
        }
      }
      return pixels
    }

    private func checksum(_ pixels: [UInt8]) -> Int {
      pixels.enumerated().reduce(0) { $0 + ($1.offset % 251 + 1) * Int($1.element) }
    }

    /// Checksums of Pillow 13.0.0's results.
    @Test(
      arguments: [
        (.identity, 0.5, 4_448_819), (.autocontrast, 0.5, 4_774_805), (.rotate, -17.3, 4_268_858),
        (.solarise, 93.7, 3_065_931), (.colour, 0.31, 4_333_524), (.contrast, 0.62, 4_339_011),
        (.brightness, 0.45, 1_982_749), (.sharpness, 0.27, 4_447_432),
        (.shearX, 0.083, 4_285_631), (.shearY, -0.071, 4_400_015),
        (.translateX, 0.097, 4_002_706), (.translateY, -0.088, 4_378_849),
        (.posterise, 5.7, 4_324_944),
      ] as [(StrongOperation, Double, Int)])
    func `Operations are Pillow's to the bit`(
      _ operation: StrongOperation, _ strength: Double, _ expected: Int
    ) {
      let result = operation.apply(
        to: image(height: 10, width: 12), height: 10, width: 12, strength: strength)
      #expect(checksum(result) == expected)
    }

    @Test func `Equalising is Pillow's to the bit`() {
      // 1,600 pixels: a small image is left alone.
      let result = StrongOperation.equalise.apply(
        to: image(height: 40, width: 40), height: 40, width: 40, strength: 0)
      #expect(checksum(result) == 79_572_211)
    }

    private func images() throws -> ImageSet {
      try ImageSet(
        pixels: (0..<4).flatMap { image in
          self.image(height: 16, width: 16).map { $0 &+ UInt8(image) }
        }, height: 16, width: 16, drawKeys: [3, 5, 8, 13])
    }

    private func augmentation(
      _ images: ImageSet, seed: UInt64 = 1,
      _ change: (inout StrongAugmentationSettings) -> Void = { _ in }
    ) throws -> StrongAugmentation {
      var settings = StrongAugmentationSettings()
      change(&settings)
      return StrongAugmentation(
        settings: settings,
        beside: try Augmentation(
          settings: .unchanged(), size: images.height, seed: seed, images: images, on: .cpu))
    }

    @Test func `A strong view is the same bits in any batch, and differs by seed and epoch`() throws
    {
      let images = try images()
      let strong = try augmentation(images)
      let all = try strong.view(0, of: images, at: [0, 1, 2, 3], epoch: 2)
      let two = try strong.view(0, of: images, at: [3, 1], epoch: 2)
      #expect(try all.rows(Tensor([3, 1])).floats() == two.floats())
      #expect(try strong.view(0, of: images, at: [3, 1], epoch: 3).floats() != two.floats())
      let other = try augmentation(images, seed: 2)
      #expect(try other.view(0, of: images, at: [3, 1], epoch: 2).floats() != two.floats())
    }

    @Test func `Without operations, cutout and flip it is the normalised image`() throws {
      let images = try images()
      let strong = try augmentation(images) {
        ($0.operations, $0.cutout, $0.flip) = (0, 0, 0)
      }
      let expected = try images.channelStatistics()
        .normalise(Resampling.floats(images.bytes(at: [0, 2])))
      #expect(
        try strong.view(0, of: images, at: [0, 2], epoch: 0).contiguous().floats()
          == expected.contiguous().floats())
      let mirrored = try augmentation(images) {
        ($0.operations, $0.cutout, $0.flip) = (0, 0, 1)
      }
      #expect(
        try mirrored.view(0, of: images, at: [0, 2], epoch: 0).contiguous().floats()
          == expected.flipped(3).contiguous().floats())
    }

    @Test func `Cutout makes a square of the mean colour, of at most its share of the side`() throws
    {
      let images = try images()
      let strong = try augmentation(images) { ($0.operations, $0.cutout, $0.flip) = (0, 0.5, 0) }
      var largest = 0
      for epoch in 0..<30 {
        let view = try strong.view(0, of: images, at: [0], epoch: epoch)
        let cut = view.isEqual(to: 0).to(.float32).sum(along: [1]).isEqual(to: 3).to(.int64)
        let rows = try cut.sum(along: [2]).integers()
        largest = max(largest, Int(rows.max() ?? 0))
        #expect(rows.allSatisfy { $0 <= 8 })
      }
      #expect(largest == 8)
    }
  }

  @Suite struct FrontEnds {
    @Test func `Sobel sees an edge where it is, and nothing in plain colour`() throws {
      // The left half 0, the right half 1 in the green channel alone.
      var pixels = [Float](repeating: 0, count: 3 * 36)
      for y in 0..<6 { for x in 3..<6 { pixels[36 + 6 * y + x] = 1 } }
      let edges = FrontEnd.sobel(Tensor(pixels, shape: [1, 3, 6, 6])).contiguous()
      #expect(edges.shape == [1, 2, 6, 6])
      let values = try edges.floats()
      // In the middle row: x - 1 less x + 1, weighed 1, 2, 1, of a mean of a third.
      let third: Float = 1 / 3
      for (x, expected) in [(1, 0), (2, -4 * third), (3, -4 * third), (4, 0)] as [(Int, Float)] {
        #expect(abs(values[18 + x] - expected) < 1e-6)
      }
      #expect(abs(values[36 + 18 + 2]) < 1e-6, "no edge from top to bottom")
      let luma = try FrontEnd.lumaSobel(Tensor(pixels, shape: [1, 3, 6, 6])).contiguous().floats()
      #expect(abs(luma[18 + 2] + 4 * 0.587) < 1e-6)
    }

    @Test func `A square crop has its share of the side, and is scored in the middle`() throws {
      let settings = AugmentationSettings.unchanged()
      for image in 0..<50 {
        let drawn = ViewParameters(
          settings: settings, crop: .square(share: 0.8), imageHeight: 32, imageWidth: 32, seed: 1,
          epoch: 0, image: image, view: 0)
        #expect((drawn.height, drawn.width) == (26, 26))
        #expect((0...6).contains(drawn.top) && (0...6).contains(drawn.left))
      }
    }
  }
}
