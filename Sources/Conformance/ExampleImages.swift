import Core
import Vision

/// The images that methods are examined on, of 16x16 pixels.
package enum ExampleImages {
  private static let side = 16
  package static let count = 64

  /// Two classes that nobody mixes up: red with level stripes (even positions) and blue with upright
  /// ones (odd positions), each with noise of its own.
  /// - Parameter unlabelled: positions of images that nobody has labels of.
  package static func twoClasses(unlabelled: Set<Int> = []) throws -> ImageSet {
    try images(drawKeys: Array(0..<count), unlabelled: unlabelled) { image, y, x, stream in
      let isRed = image % 2 == 0
      let stripe = (isRed ? y : x) / 2 % 2 == 0 ? 60 : 0
      var colour = [180 + stripe, 60, 20].map { UInt8(min(255, $0 + stream.integer(below: 16))) }
      if !isRed { colour.swapAt(0, 2) }
      return colour
    }
  }

  /// Images of noise alone: whatever a method finds in them beyond chance, it has from elsewhere.
  static func noise() throws -> ImageSet {
    try images(drawKeys: Array(0..<count)) { _, _, _, stream in
      (0..<3).map { _ in UInt8(stream.integer(below: 256)) }
    }
  }

  /// How many images `inClasses` has.
  static let largeCount = 1_200

  /// Many images in the order of two classes, as original files have them: nothing but their position
  /// tells the class. Of every four, two are images of noise, and two are one and the same image.
  static func inClasses() throws -> ImageSet {
    try images(drawKeys: Array(0..<largeCount)) { image, y, x, stream in
      if isRepeated(image) { return [UInt8(16 * y), UInt8(16 * x), 128] }
      return (0..<3).map { _ in UInt8(stream.integer(below: 256)) }
    }
  }

  /// Whether the image at this position of `inClasses` is the repeated one.
  static func isRepeated(_ position: Int) -> Bool { position % 4 < 2 }

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
