import Testing
import Vision

extension VisionTests {
  @Suite struct Draws {
    private func draw(
      _ image: Int, seed: UInt64 = 1, epoch: Int = 0, view: Int = 0, height: Int = 1000,
      width: Int = 1000, _ settings: AugmentationSettings = AugmentationSettings()
    ) -> ViewParameters {
      ViewParameters(
        settings: settings, imageHeight: height, imageWidth: width, seed: seed, epoch: epoch,
        image: image, view: view)
    }

    /// Everything that was drawn, to be compared.
    private func values(_ view: ViewParameters) -> [Double] {
      [
        Double(view.top), Double(view.left), Double(view.height), Double(view.width),
        view.isFlipped ? 1 : 0, view.isGrey ? 1 : 0, view.blurSigma ?? 0,
      ] + view.colourFactors
        + view.colourOrder.map { Double(ColourOperation.allCases.firstIndex(of: $0) ?? -1) }
    }

    @Test func `Draws depend on seed, epoch, image and view, and on nothing drawn before`() {
      let first = values(draw(5))
      _ = draw(6)
      #expect(values(draw(5)) == first)
      for other in [draw(6), draw(5, seed: 2), draw(5, epoch: 1), draw(5, view: 1)] {
        #expect(values(other) != first)
      }
    }

    @Test func `Crops have an allowed area and aspect ratio, and lie inside the image`() {
      var areas: [Double] = []
      for image in 0..<4000 {
        let view = draw(image)
        areas.append(Double(view.height * view.width) / 1e6)
        let ratio = Double(view.width) / Double(view.height)
        // Sides are rounded to pixels.
        #expect(ratio > 0.748 && ratio < 1.337)
        #expect(view.top >= 0 && view.top + view.height <= 1000)
        #expect(view.left >= 0 && view.left + view.width <= 1000)
      }
      let (smallest, largest) = (areas.min() ?? 0, areas.max() ?? 0)
      #expect(smallest > 0.199 && smallest < 0.21)
      #expect(largest > 0.97 && largest <= 1)
      // Areas are uniform over 0.2...1, less those of which the sides do not fit: below 3/4 all do.
      let low = areas.count { $0 < 0.4 }
      let middle = areas.count { $0 >= 0.4 && $0 < 0.6 }
      #expect(abs(Double(low) / Double(middle) - 1) < 0.15)
    }

    @Test func `An image too long for any crop is cropped in its middle`() {
      // Every crop of a fifth of 10 x 100 is higher than 10; 10 x 4 / 3 is 13 to the nearest.
      let view = draw(0, height: 10, width: 100)
      #expect([view.top, view.left, view.height, view.width] == [0, 43, 10, 13])
    }

    @Test func `Chances and ranges are those of the settings`() {
      var settings = AugmentationSettings()
      settings.blur = 0.5
      let views = (0..<4000).map { draw($0, settings) }
      func share(_ holds: (ViewParameters) -> Bool) -> Double {
        Double(views.count(where: holds)) / Double(views.count)
      }
      // Four standard deviations of a share of 4000 are at most 0.032.
      #expect(abs(share(\.isFlipped) - 0.5) < 0.032)
      #expect(abs(share(\.isGrey) - 0.2) < 0.032)
      #expect(abs(share { $0.blurSigma != nil } - 0.5) < 0.032)
      #expect(views.compactMap(\.blurSigma).allSatisfy { $0 >= 0.1 && $0 < 2 })
      for (operation, range) in [0.6...1.4, 0.6...1.4, 0.6...1.4, -0.4...0.4].enumerated() {
        let factors = views.map { $0.colourFactors[operation] }
        #expect(factors.allSatisfy { range.contains($0) })
        #expect((factors.min() ?? 9) < range.lowerBound + 0.01)
        #expect((factors.max() ?? -9) > range.upperBound - 0.01)
      }
      #expect(Set(views.map(\.colourOrder)).count == 24, "every order of four operations")
    }

    @Test func `A chance of nothing changes nothing`() {
      var settings = AugmentationSettings()
      (settings.flip, settings.jitter, settings.greyscale) = (0, 0, 0)
      for image in 0..<200 {
        let view = draw(image, settings)
        #expect(!view.isFlipped && !view.isGrey && view.blurSigma == nil)
        #expect(view.colourOrder.isEmpty)
      }
    }
  }
}
