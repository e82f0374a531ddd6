import Testing
import Torch
import Vision

extension VisionTests {
  @Suite struct Views {
    private func augmentation(
      _ images: ImageSet, seed: UInt64 = 1, size: Int = 32,
      _ change: (inout AugmentationSettings) -> Void = { _ in }
    ) throws -> Augmentation {
      var settings = AugmentationSettings()
      change(&settings)
      return try Augmentation(
        settings: settings, size: size, seed: seed, images: images, on: .cpu)
    }

    /// Each image's elements of a batch.
    private func rows(_ batch: Tensor) throws -> [[Float]] {
      let values = try batch.floats()
      let size = values.count / batch.shape[0]
      return (0..<batch.shape[0]).map { Array(values[($0 * size)..<(($0 + 1) * size)]) }
    }

    @Test func `A view is the same bits in any batch and any order`() throws {
      let images = try noise(9)
      let augmentation = try augmentation(images) { $0.blur = 0.5 }
      let whole = try rows(augmentation.view(0, of: images, at: Array(0..<9), epoch: 3))
      for positions in [[8, 3, 0], [3], [5, 4], [1, 8, 2, 7, 6]] {
        let some = try rows(augmentation.view(0, of: images, at: positions, epoch: 3))
        for (row, position) in zip(some, positions) {
          #expect(row == whole[position], "image \(position) in the batch \(positions)")
        }
      }
    }

    @Test func `A view depends on the image's draw key, not on its place in the set`() throws {
      let images = try noise(6)
      let chosen = images.selecting([4, 2])
      #expect(chosen.drawKeys == [104, 102])
      let augmentation = try augmentation(images)
      let whole = try rows(augmentation.view(1, of: images, at: [2, 4], epoch: 0))
      let some = try rows(augmentation.view(1, of: chosen, at: [0, 1], epoch: 0))
      #expect(some == [whole[1], whole[0]])
    }

    @Test func `Views, epochs and seeds differ from each other`() throws {
      let images = try noise(2)
      let first = try augmentation(images)
      let second = try augmentation(images, seed: 2)
      let all = try [
        first.view(0, of: images, at: [0, 1], epoch: 0),
        first.view(1, of: images, at: [0, 1], epoch: 0),
        first.view(0, of: images, at: [0, 1], epoch: 1),
        second.view(0, of: images, at: [0, 1], epoch: 0),
      ].map { try $0.floats() }
      #expect(Set(all).count == 4)
    }

    @Test func `A view of which nothing is changed is the image`() throws {
      let images = try noise(3)
      let augmentation = try augmentation(images) {
        ($0.cropScale, $0.flip, $0.jitter, $0.greyscale, $0.normalise) = (1, 0, 0, 0, false)
      }
      let view = augmentation.view(0, of: images, at: [0, 1, 2], epoch: 0)
      let original = Resampling.floats(images.bytes(at: [0, 1, 2]))
      #expect(try agree(view.floats(), original.floats()))
      #expect(view.shape == [3, 3, 32, 32])
      #expect(view.isChannelsLast)
    }

    @Test func `A crop of the whole image at its own size is the image`() throws {
      let bytes = try noise(2, height: 12, width: 12).bytes(at: [0, 1])
      let crop = Resampling.resizedCrop(
        bytes, top: 0, left: 0, height: 12, width: 12, size: 12, isFlipped: false)
      #expect(try crop.floats() == Resampling.floats(bytes).floats())
    }

    @Test(arguments: [
      (-1, 0, 4, 4), (0, -1, 4, 4), (0, 0, 0, 4), (0, 0, 4, -2), (5, 0, 4, 4), (0, 5, 4, 4),
    ])
    func `A crop that is not within the image is an error`(rectangle: (Int, Int, Int, Int)) throws {
      let bytes = try noise(1, height: 8, width: 8).bytes(at: [0])
      #expect(throws: TorchError.self) {
        try Resampling.resizedCrop(
          bytes, top: rectangle.0, left: rectangle.1, height: rectangle.2, width: rectangle.3,
          size: 4,
          isFlipped: false
        ).floats()
      }
    }

    @Test func `A flip is the mirror image, and two flips are the image`() throws {
      let bytes = try noise(2, height: 8, width: 8).bytes(at: [0, 1])
      let flipped = Resampling.resizedCrop(
        bytes, top: 0, left: 0, height: 8, width: 8, size: 8, isFlipped: true)
      let original = Resampling.floats(bytes)
      #expect(try flipped.floats() != original.floats())
      #expect(try flipped.flipped(3).floats() == original.floats())
    }

    @Test func `Halving an image averages with the triangle's weights`() throws {
      // One row 0, 51, 102, 255 of grey, four times: half-pixel centres 0.5 and 2.5 with a triangle
      // of half-width 2: weights 3/8, 3/8, 1/8 over pixels 0 to 2 (normalised by 7/8), and mirrored.
      let row: [UInt8] = [0, 51, 102, 255].flatMap { [$0, $0, $0] }
      let bytes = Tensor(row + row + row + row, shape: [1, 4, 4, 3])
      let half = Resampling.resizedCrop(
        bytes, top: 0, left: 0, height: 4, width: 4, size: 2, isFlipped: false)
      let left = Float(0.0 * 3 + 0.2 * 3 + 0.4) / 7
      let right = Float(0.2 + 0.4 * 3 + 1.0 * 3) / 7
      #expect(try agree(half.floats(), (0..<6).flatMap { _ in [left, right] }))
    }

    @Test func `A colour that is dropped first has no hue or saturation to change`() throws {
      let images = try noise(3)
      func views(_ isFirst: Bool, jitter: Double) throws -> [Float] {
        let augmentation = try augmentation(images) {
          ($0.cropScale, $0.flip, $0.normalise) = (1, 0, false)
          ($0.greyscale, $0.isGreyscaleFirst) = (1, isFirst)
          ($0.jitter, $0.brightness, $0.contrast, $0.hue) = (jitter, 0, 0, 0.5)
        }
        return try augmentation.view(0, of: images, at: [0, 1, 2], epoch: 0).floats()
      }
      let grey = try views(true, jitter: 0)
      #expect(try agree(views(true, jitter: 1), grey))
      #expect(try !agree(views(false, jitter: 1), grey))
    }

    @Test func `A blur keeps what is even and the mean of what is not`() throws {
      let even = Tensor.full([1, 3, 9, 9], 0.3)
      let blurred = Resampling.blurred(even, kernel: 5, sigma: 1.2)
      #expect(try agree(blurred.floats(), even.floats()))
      var point = [Float](repeating: 0, count: 81)
      point[40] = 1
      let spread = Resampling.blurred(
        Tensor(point, shape: [1, 1, 9, 9]).expanded([-1, 3, -1, -1]), kernel: 3, sigma: 1)
      // exp(-1/2) = 0.606531: the middle tap is 1 / (1 + 2 x 0.606531) = 0.451863.
      let values = try spread.floats()
      #expect(abs(values[40] - 0.451863 * 0.451863) < 1e-5)
      #expect(abs(values[..<81].reduce(0, +) - 1) < 1e-5)
    }

    @Test func `Normalised views have mean 0 and deviation 1 over the images`() throws {
      // Half of each channel is 0 and half 255: mean and deviation are 1/2.
      let pixels = (0..<4 * 4 * 3).map { UInt8($0 < 24 ? 0 : 255) }
      let images = try ImageSet(pixels: pixels, height: 4, width: 4, drawKeys: [0])
      let statistics = try images.channelStatistics()
      #expect(statistics.mean == [0.5, 0.5, 0.5])
      #expect(statistics.standardDeviation == [0.5, 0.5, 0.5])
      let values = try augmentation(images, size: 4).centre(of: images, at: [0]).floats()
      #expect(agree(values, (0..<3).flatMap { _ in (0..<16).map { $0 < 8 ? -1 : 1 } }))
    }

    @Test func `What is scored is the centre of an image, and never changes`() throws {
      let images = try noise(1, height: 4, width: 8)
      let augmentation = try augmentation(images, size: 4) { $0.normalise = false }
      let centre = augmentation.centre(of: images, at: [0])
      let expected = Resampling.floats(images.bytes(at: [0])).narrowed(3, to: 2..<6)
      #expect(try agree(centre.floats(), expected.contiguous().floats()))
    }

    @Test func `Of square crops the middle one is scored, normalised as other views are`() throws {
      let images = try noise(2, height: 8, width: 10)
      let augmentation = try Augmentation(
        settings: .unchanged(), size: 4, crop: .square(share: 0.5), seed: 1, images: images,
        on: .cpu)
      let bytes = Resampling.floats(images.bytes(at: [0, 1]))
      let expected = try images.channelStatistics()
        .normalise(bytes.narrowed(2, to: 2..<6).narrowed(3, to: 3..<7)).contiguous().floats()
      #expect(try agree(augmentation.centre(of: images, at: [0, 1]).floats(), expected))
      // Other settings change neither size nor normalisation.
      var other = AugmentationSettings()
      other.normalise = false
      let changed = augmentation.with(other, crop: .square(share: 0.5))
      #expect(try agree(changed.centre(of: images, at: [0, 1]).floats(), expected))
    }

    @Test func `Flattened pixels are the bytes over 255, image by image`() throws {
      let images = try noise(3, height: 2, width: 2)
      let flat = try images.selecting([2]).flattenedPixels()
      #expect(try flat == images.bytes(at: [2]).bytes().map { Float($0) / 255 })
    }
  }
}
