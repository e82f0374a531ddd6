import Benchmarks
import Foundation
import HDF5
import Testing

private let shared =
  ProcessInfo.processInfo.environment["SCL_SHARED"]
  ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  .appendingPathComponent("../../../shared").standardized.path

private let parity = shared + "/fixtures/parity.h5"

/// [rows, columns, 3] with red, green and blue computed by `colour`.
private func image(
  height: Int, width: Int, _ colour: (_ row: Int, _ column: Int) -> (Int, Int, Int)
) -> RGBImage {
  var pixels: [UInt8] = []
  for row in 0..<height {
    for column in 0..<width {
      let (red, green, blue) = colour(row, column)
      pixels += [UInt8(red), UInt8(green), UInt8(blue)]
    }
  }
  return RGBImage(height: height, width: width, pixels: pixels)
}

private let shrunk: [UInt8] = [
  15, 9, 1, 15, 44, 3, 15, 81, 6, 15, 119, 9, 15, 156, 12, 15, 191, 14,
  71, 9, 4, 71, 44, 16, 71, 81, 28, 71, 119, 43, 71, 156, 55, 71, 191, 68,
  129, 9, 6, 129, 44, 29, 129, 81, 52, 129, 119, 77, 129, 156, 100, 129, 191, 123,
  185, 9, 9, 185, 44, 41, 185, 81, 75, 185, 119, 110, 185, 156, 144, 185, 191, 177,
]

private let enlargedRow: [UInt8] = [
  85, 0, 0, 85, 16, 6, 85, 34, 15, 85, 53, 22, 85, 72, 31, 85, 91, 38,
  85, 109, 47, 85, 128, 54, 85, 147, 63, 85, 166, 70, 85, 184, 79, 85, 200, 85,
]

private let ramp = image(height: 8, width: 8) { (30 * $0, 30 * $1, 15 * ($0 + $1)) }

extension BenchmarksTests {
  @Test func `A PNG file is decoded exactly`() throws {
    #expect(try ImageDecoder.decode(SampleImages.png, file: "a.png") == ramp)
  }

  @Test func `Transparency is dropped and not blended`() throws {
    #expect(try ImageDecoder.decode(SampleImages.transparentPNG, file: "a.png") == ramp)
  }

  @Test func `A greyscale image gets three equal channels`() throws {
    let grey = image(height: 8, width: 8) { row, _ in (30 * row, 30 * row, 30 * row) }
    #expect(try ImageDecoder.decode(SampleImages.greyPNG, file: "a.png") == grey)
  }

  @Test(arguments: [(40, 23), (23, 40), (64, 64), (9, 31), (112, 200)])
  func `The central square is that of scaling and then cropping`(height: Int, width: Int) {
    let whole = image(height: height, width: width) { row, column in
      (row * 7 % 256, column * 11 % 256, row * column % 256)
    }
    for size in [1, 8, 23, 64] {
      let expected = whole.resizedShorterSide(to: size).centreCropped(to: size)
      #expect(whole.centreSquare(of: size) == expected)
    }
  }

  @Test func `A JPEG file is decoded to within its compression`() throws {
    let decoded = try ImageDecoder.decode(SampleImages.jpeg, file: "misnamed.png")
    #expect(decoded.height == 8 && decoded.width == 8)
    let differences = zip(decoded.pixels, ramp.pixels).map { abs(Int($0) - Int($1)) }
    #expect((differences.max() ?? 255) <= 6)
  }

  @Test(arguments: [SampleImages.jpeg, SampleImages.png])
  func `An image that breaks off is refused wherever it does`(_ whole: [UInt8]) {
    for length in [1, 4, 20, whole.count / 2, whole.count - 14] {
      #expect(throws: BenchmarkError.self) {
        try ImageDecoder.decode(Array(whole.prefix(length)), file: "broken")
      }
    }
    #expect(throws: BenchmarkError.emptyFile(file: "empty")) {
      try ImageDecoder.decode([], file: "empty")
    }
  }

  // Expected values from Pillow: Image.fromarray(a).resize(size, Image.BILINEAR).
  @Test func `Scaling gives Pillow's values`() {
    let source = image(height: 6, width: 9) { (40 * $0, 25 * $1, 5 * $0 * $1) }
    #expect(source.resized(height: 4, width: 6).pixels == shrunk)
    #expect(Array(source.resized(height: 8, width: 12).pixels[108..<144]) == enlargedRow)
  }

  @Test func `The shorter side is scaled to the size and the longer one rounded down`() {
    let wide = image(height: 10, width: 33) { _, _ in (1, 2, 3) }.resizedShorterSide(to: 7)
    #expect(wide.height == 7 && wide.width == 23, "7 x 33 / 10 = 23.1")
    let tall = image(height: 33, width: 10) { _, _ in (1, 2, 3) }.resizedShorterSide(to: 20)
    #expect(tall.height == 66 && tall.width == 20)
  }

  @Test func `The centre crop rounds half to even and pads with black`() {
    let columns = image(height: 1, width: 6) { (0, $1, 0) }
    // (6 - 1) / 2 = 2.5 rounds to 2; (6 - 3) / 2 = 1.5 rounds to 2.
    #expect(columns.centreCropped(to: 1).pixels == [0, 2, 0])
    let padded = columns.centreCropped(to: 3)
    #expect(padded.pixels[0..<9].allSatisfy { $0 == 0 }, "a row of black above")
    #expect(Array(padded.pixels[9..<18]) == [0, 2, 0, 0, 3, 0, 0, 4, 0])
  }

  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: parity),
      "needs shared/fixtures/parity.h5 beside the project"),
    arguments: ["jpeg_rgb", "jpeg_grey", "jpeg_cmyk"])
  func `Decoding, scaling and cropping agree with Pillow`(_ name: String) throws {
    let parityCase = try HDF5File(reading: parity).group("cases/\(name)")
    let decoded = try ImageDecoder.decode(parityCase.dataSet("in/jpeg").read(), file: name)
    let result =
      decoded
      .resizedShorterSide(to: Int(try parityCase.attribute("resize", as: Int64.self)))
      .centreCropped(to: Int(try parityCase.attribute("crop", as: Int64.self)))
    let expected = try parityCase.dataSet("out/image").read(as: UInt8.self)
    try #require(result.pixels.count == expected.count)
    let sum = zip(result.pixels, expected).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
    let difference = Double(sum) / Double(expected.count)
    #expect(difference <= (try parityCase.attribute("tolerance", as: Double.self)))
  }
}
