import Core
import Methods
import Testing
import Vision

/// The README's baseline is this target's ThumbnailKMeans.swift.
@Suite struct BaselineExampleTests {
  @Test func `the README shows the example's file, every character of it`() throws {
    let readme = try Document("README.md")
    let file = try Document("Tests/DocumentationTests/ThumbnailKMeans.swift")
    #expect(readme.codeBlocks(in: "swift").contains { $0.text == file.text })
    #expect(file.text.split(separator: "\n", omittingEmptySubsequences: false).count < 61)
  }

  @Test func `a registry with the example finds it, its settings and its ranges`() throws {
    let registry = MethodRegistry.builtIn.adding([ThumbnailKMeans.self])
    let method = try registry.method("thumbnails")
    let resolved = try method.resolve(["side": .integer(2)])
    #expect(resolved == ["side": .integer(2), "restarts": .integer(10)])
    #expect(throws: SettingError.self) { try method.resolve(["side": .integer(65)]) }
    #expect(throws: SettingError.unknown(name: "sides", nearest: "side")) {
      try method.resolve(["sides": .integer(2)])
    }
  }

  @Test func `two pixels a side tell layouts apart that have the same mean colour`() throws {
    let images = try Self.redAboveBlueAndBlueAboveRed(pairs: 6)
    let registry = MethodRegistry.builtIn.adding([ThumbnailKMeans.self])
    let clusters = try assign(
      images, with: registry.method("thumbnails"), settings: ["side": .integer(2)])
    try #require(clusters.count == 12)
    let first = clusters[0]
    #expect(first == 0 || first == 1)
    // Images alternate between the two layouts.
    #expect(clusters == (0..<12).map { $0.isMultiple(of: 2) ? first : 1 - first })
  }

  /// Opens the type that a registry hands out, as a run does.
  private func assign<Method: ClusteringMethod>(
    _ images: ImageSet, with method: Method.Type, settings: [String: SettingValue]
  ) throws -> [Int32] {
    let settings = try Method.Settings.schema.resolve(settings)
    return try Method(
      settings: settings, context: MethodContext(clusters: 2, seed: 0), images: images
    )
    .assign(images)
  }

  /// Images of 8x8 pixels, one half red and one half blue, with a little difference between pairs.
  private static func redAboveBlueAndBlueAboveRed(pairs: Int) throws -> ImageSet {
    var pixels: [UInt8] = []
    for image in 0..<2 * pairs {
      for row in 0..<8 {
        let isRed = (row < 4) == image.isMultiple(of: 2)
        let level = UInt8(200 + image / 2)
        for _ in 0..<8 { pixels += isRed ? [level, 0, 0] : [0, 0, level] }
      }
    }
    return try ImageSet(
      pixels: pixels, height: 8, width: 8, fileIndices: Array(0..<2 * pairs))
  }
}
