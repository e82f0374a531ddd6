import Testing
import Vision

/// Expected values from scikit-image 0.26.0 (`rgb2lab`, `hog` with cells of 8 x 8, blocks of 2 x 2 and
/// L2-Hys).
@Suite struct PixelDescriptorTests {
  private func isNear(_ values: [Float], _ expected: [Double], _ tolerance: Double) -> Bool {
    values.count == expected.count
      && zip(values, expected).allSatisfy { abs(Double($0) - $1) <= tolerance }
  }

  @Test func `L*a*b* is rgb2lab's, divided by 100`() {
    let bytes: [UInt8] = [255, 0, 0, 12, 200, 77, 0, 0, 0, 128, 128, 128]
    let expected = [
      53.2405879437449, 80.0923082256922, 67.2027510444287, 70.81574459957646, -66.54354423065129,
      48.873178449783275, 0, 0, 0, 53.58501345216902, -0.0014726455530578164, 0.0027914514965754478,
    ]
    #expect(isNear(ColourSpace.lab.values(of: bytes), expected.map { $0 / 100 }, 1e-5))
  }

  @Test func `Grey is the luma of BT.601, and RGB the bytes over 255`() {
    let bytes: [UInt8] = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255]
    #expect(isNear(ColourSpace.grey.values(of: bytes), [0.299, 0.587, 0.114, 1], 1e-6))
    #expect(ColourSpace.rgb.values(of: [0, 51, 255]) == [0, 0.2, 1])
    #expect(ColourSpace.allCases.allSatisfy { $0.values(of: []).isEmpty })
  }

  @Test func `Gradient histograms of colour images are skimage's`() {
    var pixels: [Float] = []
    for y in 0..<32 {
      for x in 0..<32 {
        for c in 0..<3 {
          pixels.append(Float((x * x * 3 + y * 7 * (c + 1) + x * y * c) % 256) / 255)
        }
      }
    }
    let histograms = GradientHistograms(height: 32, width: 32)
    let values = histograms.descriptor(of: pixels[...], channels: 3)
    #expect(histograms.count == 324 && values.count == 324)
    #expect(
      isNear(
        Array(values[0..<6]),
        [
          0.04298401420685461, 0.05386629274291421, 0.2997200241720527, 0.026616009124854127,
          0.03761101291710041, 0,
        ], 1e-5))
    #expect(isNear(Array(values[100..<104]), [0, 0, 0, 0.1941312676767478], 1e-5))
    let weighted = values.enumerated().reduce(0) { $0 + Double($1.offset) * Double($1.element) }
    #expect(abs(weighted / 6670.916534406251 - 1) < 1e-5)
  }

  @Test func `Gradient histograms of a grey image that is not square are skimage's`() {
    var pixels: [Float] = []
    for y in 0..<40 {
      for x in 0..<24 { pixels.append(Float((x * x * 5 + y * y * 3 + x * y) % 256) / 255) }
    }
    let values = GradientHistograms(height: 40, width: 24).descriptor(of: pixels[...], channels: 1)
    #expect(values.count == 288)
    #expect(
      isNear(
        Array(values[0..<4]),
        [0.1764431364727964, 0.25674648747916695, 0.25674648747916695, 0.1381572044100819], 1e-5))
    #expect(abs(values.reduce(0) { $0 + Double($1) } / 40.41938428335889 - 1) < 1e-5)
    let weighted = values.enumerated().reduce(0) { $0 + Double($1.offset) * Double($1.element) }
    #expect(abs(weighted / 5773.637759947991 - 1) < 1e-5)
  }

  @Test func `An image smaller than a block has no descriptor`() {
    #expect(GradientHistograms(height: 12, width: 40).count == 0)
    let black = [Float](repeating: 0, count: 32 * 32)
    let values = GradientHistograms(height: 32, width: 32).descriptor(of: black[...], channels: 1)
    #expect(values.allSatisfy { $0 == 0 })
  }
}
