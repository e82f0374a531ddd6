import Testing
import Torch
import Vision

extension VisionTests {
  @Suite struct Colours {
    private let red: [Float] = [1, 0, 0]
    private let grey: [Float] = [0.5, 0.5, 0.5]

    /// The two pixels after an operation.
    private func pixels(
      _ operation: ColourOperation, _ factor: Double, _ left: [Float], _ right: [Float]
    ) throws -> [[Float]] {
      let values = try operation.apply(to: twoPixels(left, right), factors: [factor]).floats()
      return [[values[0], values[2], values[4]], [values[1], values[3], values[5]]]
    }

    @Test func `Brightness scales and clamps`() throws {
      #expect(try pixels(.brightness, 0.5, red, grey) == [[0.5, 0, 0], [0.25, 0.25, 0.25]])
      #expect(try pixels(.brightness, 3, red, grey) == [[1, 0, 0], [1, 1, 1]])
    }

    @Test func `Contrast moves away from the image's mean grey`() throws {
      // The mean grey of red (0.299) and middle grey (0.5) is 0.3995.
      let flat = try pixels(.contrast, 0, red, grey)
      #expect(agree(flat[0] + flat[1], [Float](repeating: 0.3995, count: 6)))
      let half = try pixels(.contrast, 0.5, red, grey)
      #expect(agree(half[0], [0.69975, 0.19975, 0.19975]))
      #expect(agree(half[1], [0.44975, 0.44975, 0.44975]))
    }

    @Test func `Saturation moves away from each pixel's own grey`() throws {
      let half = try pixels(.saturation, 0.5, red, grey)
      #expect(agree(half[0], [0.6495, 0.1495, 0.1495]))
      #expect(agree(half[1], grey), "grey has no saturation")
      #expect(agree(try pixels(.saturation, 2, red, grey)[0], red), "clamped to 0...1")
    }

    @Test func `A third of a turn makes red green, and another makes it blue`() throws {
      #expect(agree(try pixels(.hue, 1.0 / 3, red, grey)[0], [0, 1, 0], within: 1e-5))
      #expect(agree(try pixels(.hue, -1.0 / 3, red, grey)[0], [0, 0, 1], within: 1e-5))
      #expect(agree(try pixels(.hue, 0.5, red, grey)[0], [0, 1, 1], within: 1e-5))
    }

    @Test func `Hue leaves grey pixels grey`() throws {
      #expect(agree(try pixels(.hue, 0.3, red, grey)[1], grey))
    }

    @Test func `Factors of 1, and a hue shift of 0, change nothing`() throws {
      let colours: ([Float], [Float]) = ([0.1, 0.7, 0.4], [0.9, 0.2, 0.6])
      for operation in ColourOperation.allCases {
        let result = try pixels(operation, operation == .hue ? 0 : 1, colours.0, colours.1)
        #expect(agree(result[0], colours.0, within: 1e-5), "\(operation)")
        #expect(agree(result[1], colours.1, within: 1e-5), "\(operation)")
      }
    }

    @Test func `Every image of a batch has its own factor`() throws {
      let images = Tensor.full([2, 3, 1, 1], 0.5)
      let result = ColourOperation.brightness.apply(to: images, factors: [1, 0.5])
      #expect(try result.floats() == [0.5, 0.5, 0.5, 0.25, 0.25, 0.25])
    }

    @Test func `Grey weighs red, green and blue as Pillow's L does`() throws {
      let values = try ColourOperation.grey(twoPixels([1, 0, 0], [0, 1, 1])).floats()
      #expect(agree(values, [0.299, 0.701]))
    }
  }
}
