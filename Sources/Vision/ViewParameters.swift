import Core
import Foundation

/// The draws that make one view of one image.
///
/// They depend on (seed, epoch, image, view) alone, so batches, threads and resumption do not change
/// them.
package struct ViewParameters {
  /// The crop's first row in the image, in pixels.
  package var top = 0
  /// The crop's first column.
  package var left = 0
  /// The crop's height in pixels.
  package var height: Int
  /// The crop's width in pixels.
  package var width: Int
  /// Whether the view is mirrored.
  package var isFlipped = false
  /// Factors of the colour operations, in the order of `ColourOperation.allCases`.
  package var colourFactors: [Double] = []
  /// The order in which the colour operations are applied; empty where they are not.
  package var colourOrder: [ColourOperation] = []
  /// Whether the view loses its colours.
  package var isGrey = false
  /// Standard deviation of the blur in pixels; nil where there is none.
  package var blurSigma: Double?

  /// Draws the parameters of a view.
  /// - Parameters:
  ///   - image: the key of the image's draws.
  ///   - view: the number of the view, the first being 0.
  package init(
    settings: AugmentationSettings, crop: Crop = .randomResized, imageHeight: Int, imageWidth: Int,
    seed: UInt64, epoch: Int,
    image: Int, view: Int
  ) {
    var stream = RandomStream(
      seed: seed, purpose: .augmentation, epoch: epoch, item: image, view: view)
    height = imageHeight
    width = imageWidth
    switch crop {
    case .randomResized: drawCrop(scale: settings.cropScale, from: &stream)
    case .square(let share): drawSquare(share: share, from: &stream)
    }
    isFlipped = stream.uniform() < settings.flip
    if stream.uniform() < settings.jitter {
      colourFactors = [
        stream.uniform(in: (1 - settings.brightness)...(1 + settings.brightness)),
        stream.uniform(in: (1 - settings.contrast)...(1 + settings.contrast)),
        stream.uniform(in: (1 - settings.saturation)...(1 + settings.saturation)),
        stream.uniform(in: -settings.hue...settings.hue),
      ]
      colourOrder = stream.permutation(of: 4).map { ColourOperation.allCases[$0] }
    }
    isGrey = stream.uniform() < settings.greyscale
    if stream.uniform() < settings.blur { blurSigma = stream.uniform(in: 0.1...2) }
  }

  /// A square of this share of the image's shorter side, anywhere in the image.
  private mutating func drawSquare(share: Double, from stream: inout RandomStream) {
    let (fullHeight, fullWidth) = (height, width)
    let side = Crop.side(of: share, height: height, width: width)
    (height, width) = (side, side)
    top = stream.integer(below: fullHeight - side + 1)
    left = stream.integer(below: fullWidth - side + 1)
  }

  /// torchvision's RandomResizedCrop: an area of scale...1 of the image at an aspect ratio of 3/4 to
  /// 4/3, ten attempts, then the largest centred crop of an allowed ratio.
  private mutating func drawCrop(scale: Double, from stream: inout RandomStream) {
    let (fullHeight, fullWidth) = (height, width)
    let area = Double(fullHeight * fullWidth)
    for _ in 0..<10 {
      let target = area * stream.uniform(in: scale...1)
      let ratio = exp(stream.uniform(in: log(3.0 / 4.0)...log(4.0 / 3.0)))
      let w = Int((target * ratio).squareRoot().rounded())
      let h = Int((target / ratio).squareRoot().rounded())
      guard w > 0, w <= fullWidth, h > 0, h <= fullHeight else { continue }
      top = stream.integer(below: fullHeight - h + 1)
      left = stream.integer(below: fullWidth - w + 1)
      (height, width) = (h, w)
      return
    }
    let ratio = Double(fullWidth) / Double(fullHeight)
    if ratio < 3.0 / 4.0 {
      height = Int((Double(fullWidth) * 4 / 3).rounded())
    } else if ratio > 4.0 / 3.0 {
      width = Int((Double(fullHeight) * 4 / 3).rounded())
    }
    top = (fullHeight - height) / 2
    left = (fullWidth - width) / 2
  }
}
