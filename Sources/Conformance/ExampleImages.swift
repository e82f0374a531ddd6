import Core
import Vision

/// Generated images of 16x16 pixels on which methods are examined. They are the same in every call.
package enum ExampleImages {
  /// Height and width in pixels.
  private static let side = 16
  /// The number of images of `twoClasses` and `noise`.
  package static let count = 64

  /// Two classes that any method separates: red with horizontal stripes at even positions, and blue
  /// with vertical stripes at odd ones. Each image has noise of its own.
  /// - Parameter unlabelled: the positions of images in a split without labels.
  package static func twoClasses(unlabelled: Set<Int> = []) throws -> ImageSet {
    try images(drawKeys: Array(0..<count), unlabelled: unlabelled) { image, y, x, stream in
      let isRed = image % 2 == 0
      let stripe = (isRed ? y : x) / 2 % 2 == 0 ? 60 : 0
      var colour = [180 + stripe, 60, 20].map { UInt8(min(255, $0 + stream.integer(below: 16))) }
      if !isRed { colour.swapAt(0, 2) }
      return colour
    }
  }

  /// Images of noise. Whatever a method finds in them beyond chance comes from elsewhere.
  static func noise() throws -> ImageSet {
    try images(drawKeys: Array(0..<count)) { _, _, _, stream in
      (0..<3).map { _ in UInt8(stream.integer(below: 256)) }
    }
  }

  /// The number of images of `inClasses`.
  static let largeCount = 1_200

  /// Many images in the order of two classes, as original files store them. Only an image's
  /// position tells its class. Of every four images, two are copies of one image and two are noise.
  static func inClasses() throws -> ImageSet {
    try images(drawKeys: Array(0..<largeCount)) { image, y, x, stream in
      if isRepeated(image) { return [UInt8(16 * y), UInt8(16 * x), 128] }
      return (0..<3).map { _ in UInt8(stream.integer(below: 256)) }
    }
  }

  /// Whether the image at a position of `inClasses` is a copy.
  static func isRepeated(_ position: Int) -> Bool { position % 4 < 2 }

  /// Generates images pixel by pixel.
  /// - Parameters:
  ///   - drawKeys: the images' numbers, which key the random draws.
  ///   - colour: red, green and blue of a pixel, from a stream of the image's own.
  /// - Throws: errors of `ImageSet`.
  private static func images(
    drawKeys: [Int], unlabelled: Set<Int> = [],
    _ colour: (_ image: Int, _ y: Int, _ x: Int, _ stream: inout RandomStream) -> [UInt8]
  ) throws -> ImageSet {
    var pixels: [UInt8] = []
    for image in drawKeys {
      var stream = RandomStream(seed: 11, purpose: .rehearsal, item: image)
      for y in 0..<side {
        for x in 0..<side { pixels += colour(image, y, x, &stream) }
      }
    }
    return try ImageSet(
      pixels: pixels, height: side, width: side, drawKeys: drawKeys, unlabelled: unlabelled)
  }
}
