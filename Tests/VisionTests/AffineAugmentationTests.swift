import Core
import Testing
import Torch
import Vision

extension VisionTests {
  @Suite struct Affine {
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

    /// Checksums of scipy.ndimage.affine_transform's results, of order 0 and mode nearest, with the
    /// product of the four matrices about the centre.
    @Test(
      arguments: [
        (AffineTransform(), 4_448_819),
        (AffineTransform(rotation: 17.3), 4_499_321),
        (AffineTransform(rowShift: 1.7, columnShift: -2.3), 4_335_227),
        (AffineTransform(shear: 12.5), 4_381_841),
        (AffineTransform(rowZoom: 0.87, columnZoom: 1.13), 4_561_674),
        (
          AffineTransform(
            rotation: -20.5, rowShift: 1.3, columnShift: 0.8, shear: 7.1, rowZoom: 1.07,
            columnZoom: 0.91, isFlipped: true), 4_344_148
        ),
      ] as [(AffineTransform, Int)])
    func `Transforms are SciPy's to the bit`(_ transform: AffineTransform, _ expected: Int) {
      let result = transform.apply(to: image(height: 10, width: 12), height: 10, width: 12)
      let sum = result.enumerated().reduce(0) { $0 + ($1.offset % 251 + 1) * Int($1.element) }
      #expect(sum == expected)
    }

    private func views(
      _ images: ImageSet, at positions: [Int], seed: UInt64 = 1, epoch: Int = 0, view: Int = 0,
      _ change: (inout AffineAugmentationSettings) -> Void = { _ in }
    ) throws -> [Float] {
      var settings = AffineAugmentationSettings()
      change(&settings)
      let plain = try Augmentation(
        settings: .unchanged(normalise: false), size: images.height, crop: .square(share: 1),
        seed: seed, images: images, on: .cpu)
      return try AffineAugmentation(settings: settings, beside: plain)
        .view(view, of: images, at: positions, epoch: epoch).contiguous().floats()
    }

    @Test func `A view depends on seed, epoch, image and view, and on no batch`() throws {
      let images = try noise(4, height: 8, width: 8)
      let both = try views(images, at: [2, 0])
      #expect(try views(images, at: [2]) + views(images, at: [0]) == both)
      #expect(try views(images, at: [2, 0], seed: 2) != both)
      #expect(try views(images, at: [2, 0], epoch: 1) != both)
      #expect(try views(images, at: [2, 0], view: 1) != both)
      // The same draws in a set of other images.
      #expect(try views(images.selecting([3, 2]), at: [1]) == Array(both.prefix(3 * 64)))
    }

    @Test func `Without strength a view is the image, and darker by the factor`() throws {
      let images = try noise(2, height: 8, width: 8)
      let plain = try views(images, at: [0, 1]) {
        ($0.rotation, $0.shift, $0.zoom, $0.channelShift, $0.rescale, $0.flip) = (0, 0, 0, 0, 1, 0)
      }
      #expect(plain == (try Resampling.floats(images.bytes(at: [0, 1])).contiguous().floats()))
      let darker = try views(images, at: [0, 1]) {
        ($0.rotation, $0.shift, $0.zoom, $0.channelShift, $0.rescale, $0.flip) = (
          0, 0, 0, 0, 0.5, 0
        )
      }
      #expect(agree(darker, plain.map { $0 / 2 }))
    }

    @Test func `Channels are shifted within the range of the image's values`() throws {
      let images = try ImageSet(
        pixels: (0..<4 * 4 * 3).map { UInt8(50 + $0) }, height: 4, width: 4, drawKeys: [9])
      let shifted = try views(images, at: [0]) {
        ($0.rotation, $0.shift, $0.zoom, $0.channelShift, $0.rescale, $0.flip) = (0, 0, 0, 1, 1, 0)
      }
      #expect(shifted.allSatisfy { (Float(50) / 255...Float(97) / 255).contains($0) })
      #expect(shifted != (try Resampling.floats(images.bytes(at: [0])).contiguous().floats()))
    }
  }
}
