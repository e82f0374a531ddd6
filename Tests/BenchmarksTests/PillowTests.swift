import Benchmarks
import Foundation
import Testing

/// What Pillow 13 makes of files of every kind: `Image.open(...).convert("RGB")`.
@Suite struct PillowTests {
  private static func bytes(_ base64: String) -> [UInt8] {
    [UInt8](Data(base64Encoded: base64) ?? Data())
  }

  @Test(
    arguments: [
      (
        "a greyscale image of 16 bits",
        """
        iVBORw0KGgoAAAANSUhEUgAAAAQAAAACEAAAAAAKU/78AAAAGUlEQVR4nAXBAQEAAAgCIFxeyzOAGMtptA8aAgT9\
        gZfDIwAAAABJRU5ErkJggg==
        """,
        2,
        [
          0, 0, 0, 1, 1, 1, 127, 127, 127, 128, 128, 128, 254, 254, 254, 255, 255, 255, 255, 255,
          255, 255, 255, 255,
        ]
      ),
      (
        "colour of 16 bits",
        """
        iVBORw0KGgoAAAANSUhEUgAAAAIAAAACEAIAAACtREYwAAAAI0lEQVR4nGPIW9Zelrfm95wPcRPjGf68TnJZFViu\
        zG60XB8AsY0MMgYjREsAAAAASUVORK5CYII=
        """,
        2, [110, 135, 110, 251, 240, 145, 252, 98, 170, 119, 7, 167]
      ),
      (
        "colour of 16 bits with gamma 1",
        """
        iVBORw0KGgoAAAANSUhEUgAAAAIAAAACEAIAAACtREYwAAAABGdBTUEAAYagMeiWXwAAACNJREFUeJxjCP1/7W5c\
        s8XagF1LGRnMGuaEtQVvawgs2VYGAKZVDCYQfWnpAAAAAElFTkSuQmCC
        """,
        2, [85, 214, 94, 56, 80, 165, 54, 156, 134, 182, 81, 182]
      ),
      (
        "greyscale of 16 bits with transparency",
        """
        iVBORw0KGgoAAAANSUhEUgAAAAIAAAACEAQAAACILxnsAAAAG0lEQVR4nGOQvf3t6dmus7MYrrtsEHk0oykUAF4U\
        CcJ4QAtxAAAAAElFTkSuQmCC
        """,
        2, [29, 29, 29, 205, 205, 205, 215, 215, 215, 226, 226, 226]
      ),
      (
        "colour with gamma 1/1.8",
        """
        iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAABGdBTUEAANkE3LLaAgAAABdJREFUeJxjcF/9pHfb\
        e4Yfx+7MtdwMADjzCCyN/a8hAAAAAElFTkSuQmCC
        """,
        2, [71, 171, 228, 141, 182, 239, 248, 198, 220, 157, 57, 179]
      ),
      (
        "colour with gamma and chromaticities",
        """
        iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAABGdBTUEAAYagMeiWXwAAACBjSFJNAAB6JgAAgIQA\
        ARFwAAB1MAAAdTAAAOpgAAA6mAAAF3A3cdF3AAAAFklEQVR4nGPgV63gytrFcDiXPTFOGwAafAP8155q0QAAAABJ\
        RU5ErkJggg==
        """,
        2, [15, 37, 120, 10, 106, 186, 195, 109, 7, 97, 94, 43]
      ),
      (
        "an ICC profile that is none",
        """
        iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAE2lDQ1BiYWQAAHicy8vPK04FIgAPfQNqi/oirQAA\
        ABZJREFUeJxjSPcS32L9iWHCku3FbZ8BJzEGgTfWm8oAAAAASUVORK5CYII=
        """,
        2, [103, 74, 23, 180, 59, 242, 144, 164, 183, 115, 134, 243]
      ),
      (
        "a palette of 4 bits with 3 entries",
        """
        iVBORw0KGgoAAAANSUhEUgAAAAQAAAACBAMAAACNhmBQAAAACVBMVEVV4p25F6QubCgXbrjfAAAADklEQVR4nGNg\
        VGZQkAcAAPYAZBQqfTkAAAAASUVORK5CYII=
        """,
        2,
        [
          85, 226, 157, 185, 23, 164, 46, 108, 40, 0, 0, 0, 46, 108, 40, 85, 226, 157, 185, 23, 164,
          0, 0, 0,
        ]
      ),
      (
        "a palette with transparency and gamma",
        """
        iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAMAAABFaP0WAAAABGdBTUEAAYagMeiWXwAAAAlQTFRFhRgeKyxe7jwN\
        26jWRAAAAAJ0Uk5TAICbK04YAAAADklEQVR4nGNgYGRgZAIAAA4ABZ+X2F8AAAAASUVORK5CYII=
        """,
        2, [133, 24, 30, 43, 44, 94, 43, 44, 94, 238, 60, 13]
      ),
      (
        "greyscale of 2 bits",
        """
        iVBORw0KGgoAAAANSUhEUgAAAAQAAAACAgAAAAAQczoeAAAADElEQVR4nGOQZngCAAE5AQBFZJGbAAAAAElFTkSu\
        QmCC
        """,
        2,
        [
          0, 0, 0, 85, 85, 85, 170, 170, 170, 255, 255, 255, 255, 255, 255, 170, 170, 170, 85, 85,
          85, 0, 0, 0,
        ]
      ),
      (
        "black and white",
        """
        iVBORw0KGgoAAAANSUhEUgAAAAgAAAABAQAAAADLe9LuAAAACklEQVR4nGNYCgAApwCm5bnF4gAAAABJRU5ErkJg\
        gg==
        """,
        1,
        [
          255, 255, 255, 0, 0, 0, 255, 255, 255, 0, 0, 0, 0, 0, 0, 255, 255, 255, 0, 0, 0, 255, 255,
          255,
        ]
      ),
      (
        "colour and transparency over a background",
        """
        iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAYAAABytg0kAAAABmJLR0QA/wAAAAAzJ3zzAAAAG0lEQVR4nGNYyZcu\
        k7/kmSKD9c1ZjZtTNe8DAD9PB6TT6r25AAAAAElFTkSuQmCC
        """,
        2, [169, 14, 103, 111, 164, 230, 59, 217, 154, 179, 101, 41]
      ),
      (
        "interlaced colour",
        """
        iVBORw0KGgoAAAANSUhEUgAAAAMAAAADCAIAAAGuTRJ+AAAAKklEQVR4nGO4L93AsPHvLQajY4y3zZMY3qyUZFhu\
        u4EhUG16vI2ZQNZ0AOMrDKIYxPnOAAAAAElFTkSuQmCC
        """,
        3,
        [
          223, 27, 128, 236, 169, 25, 177, 253, 218, 81, 38, 151, 95, 60, 54, 16, 106, 151, 50, 198,
          1, 167, 61, 176, 219, 55, 98,
        ]
      ),
    ] as [(String, String, Int, [UInt8])])
  func `A PNG has Pillow's pixels`(
    _ name: String, _ file: String, _ height: Int, _ expected: [UInt8]
  ) throws {
    let image = try ImageDecoder.decode(Self.bytes(file), file: name)
    #expect(image.height == height && image.width == expected.count / 3 / height)
    #expect(image.pixels == expected, "\(name)")
  }

  /// 16 x 16, greyscale, quality 60, of which Pillow's pixels add up to 28,816 in each channel.
  private static let jpeg = bytes(
    """
    /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNy\
    wtQFdBRkxOUlNSMj5aYVpQYEpRUk//wAALCAAQABABAREA/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL\
    /8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJi\
    coKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ip\
    qrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/9oACAEBAAA/AORtdN6fLWxa6b\
    0+Wtm103p8tbFrpvT5a//Z
    """)

  private func sum(_ jpeg: [UInt8]) throws -> (sum: Int, isRemarked: Bool) {
    var isRemarked = false
    let image = try ImageDecoder.decode(jpeg, file: "a.jpg", remark: { _ in isRemarked = true })
    return (image.pixels.reduce(0) { $0 + Int($1) } / 3, isRemarked)
  }

  @Test func `A JPEG that libjpeg warns of has Pillow's pixels, and is remarked`() throws {
    let whole = Self.jpeg
    #expect(try sum(whole) == (28_816, false))
    let end: [UInt8] = [0xFF, 0xD9]
    // More than the decoder of entropy codes reads ahead.
    #expect(try sum(whole.dropLast(2) + Array(repeating: 0x61, count: 40) + end) == (28_816, true))
    #expect(try sum(whole.dropLast(20) + end) == (27_985, true))
    var damaged = whole
    damaged[342] ^= 0x55
    #expect(try sum(damaged).sum == 26_625)
    // What follows the end is nobody's.
    #expect(try sum(whole + Array("garbage".utf8)) == (28_816, false))
  }

  @Test(arguments: [1, 2, 3, 20, 200])
  func `A JPEG that breaks off is refused, as Pillow refuses it`(_ missing: Int) {
    #expect(throws: BenchmarkError.self) {
      try ImageDecoder.decode(Array(Self.jpeg.dropLast(missing)), file: "a.jpg")
    }
    // Stray bytes are the first warning, and the end is missing all the same.
    let stray = Self.jpeg.dropLast(2) + Array("abc".utf8)
    #expect(throws: BenchmarkError.self) {
      try ImageDecoder.decode(Array(stray), file: "a.jpg")
    }
  }
}

extension BenchmarksTests {
  // 3 x 2 PNG files of the rows 1 2 3 and 4 5 6 with orientation 6: Pillow's exif_transpose gives 4 1, 5 2,
  // 6 3.
  @Test(
    arguments: [
      (
        "eXIf before the pixels",
        """
        iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAAAAAC4HznGAAAAGmVYSWZNTQAqAAAACAABARIAAwAAAAEABgAAAAAAAN\
        ZnS2kAAAAQSURBVHicY2BkYmZgYWUDAABGABZ39ch/AAAAAElFTkSuQmCC
        """
      ),
      (
        "eXIf after them",
        """
        iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAAAAAC4HznGAAAAEElEQVR4nGNgZGJmYGFlAwAARgAWd/XIfwAAABplWE\
        lmTU0AKgAAAAgAAQESAAMAAAABAAYAAAAAAADWZ0tpAAAAAElFTkSuQmCC
        """
      ),
      (
        "a long",
        """
        iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAAAAAC4HznGAAAAGmVYSWZNTQAqAAAACAABARIABAAAAAEAAAAGAAAAAE\
        eEjasAAAAQSURBVHicY2BkYmZgYWUDAABGABZ39ch/AAAAAElFTkSuQmCC
        """
      ),
      (
        "XMP",
        """
        iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAAAAAC4HznGAAAAL2lUWHRYTUw6Y29tLmFkb2JlLnhtcAAAAAAAPHggdG\
        lmZjpPcmllbnRhdGlvbj0iNiIvPp/jYCkAAAAQSURBVHicY2BkYmZgYWUDAABGABZ39ch/AAAAAElFTkSuQmCC
        """
      ),
    ])
  func `A PNG of one's own is turned as Pillow's exif_transpose does`(
    _ name: String, _ file: String
  ) throws {
    let png = [UInt8](try #require(Data(base64Encoded: file)))
    for name in ["a", "b"] { try write(png, to: "\(folder)/mine/\(name)/1.png") }
    // The central square of 2 x 2 leaves rows 0 and 1 of three: (3 - 2) / 2 rounds to 0.
    #expect(try turned() == [4, 1, 5, 2])
  }

  @Test func `A JPEG with fill bytes before its Exif segment is turned too`() throws {
    let tiff: [UInt8] =
      Array("MM".utf8) + [0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6]
      + [0, 0, 0, 0, 0, 0]
    let exif = Array("Exif\0\0".utf8) + tiff
    let segment: [UInt8] = [0xFF, 0xFF, 0xFF, 0xE1, 0, UInt8(exif.count + 2)] + exif
    let jpeg = SampleImages.quarterJPEG
    for name in ["a", "b"] {
      try write(
        Array(jpeg[..<2]) + segment + Array(jpeg[2...]), to: "\(folder)/mine/\(name)/1.jpg")
    }
    // White in the upper left quarter, turned to the upper right: Pillow's exif_transpose.
    let corners = try turned(side: 16)
    #expect(corners[2] < 12 && corners[13] > 243, "\(corners.prefix(16))")
  }

  /// The red values of the first image of one's own folders.
  private func turned(side: Int = 2) throws -> [UInt8] {
    var options = PreparationOptions()
    options.imageSize = side
    let target = folder + "/turned.h5"
    _ = try BenchmarkPreparation.prepareFolders(
      named: "mine", from: folder + "/mine", to: target, options: options)
    let pixels = try BenchmarkFile.open(target).pixels(at: [0])
    return stride(from: 0, to: pixels.count, by: 3).map { pixels[$0] }
  }
}
