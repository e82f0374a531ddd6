import Benchmarks
import CTurboJPEG
import Core
import Domain

/// The files of a rehearsal in ImageNet's layouts: one image per file, in the formats that
/// occur there.
///
/// ImageNet has a few files that break naive readers, all named .JPEG: greyscale, CMYK, PNG,
/// and rotated ones with an EXIF orientation, which published pipelines ignore. A rehearsal has
/// more of them, so that a wrong decoder is noticed.
struct PhotographOriginals {
  /// The images.
  let series: RehearsalSeries

  /// The format of a file.
  private enum Kind: CaseIterable {
    case colour, greyscale, cmyk, png, rotated

    /// Every eighth file is of another format than colour JPEG, in turn.
    /// - Parameter index: the number of the image.
    init(_ index: Int) {
      self = index % 8 == 0 ? Self.allCases[1 + index / 8 % 4] : .colour
    }
  }

  /// A file of a format by its number (`Kind`), with sides of 40 to 80 pixels.
  /// - Parameters:
  ///   - index: the number of the image.
  ///   - label: its class.
  ///   - path: where the file will be.
  /// - Throws: `BenchmarkError.unwritable`.
  private func photograph(
    _ index: Int, of label: Int, at path: String
  ) throws(BenchmarkError) -> OriginalFile {
    var random = RandomStream(
      seed: series.seed, purpose: .rehearsal, epoch: 2 * series.number + 1, item: index, view: 1)
    let height = 40 + Int(random.uniform() * 41)
    let width = 40 + Int(random.uniform() * 41)
    let image = series.image(index, of: label, height: height, width: width)
    let bytes =
      switch Kind(index) {
      case .colour: try JPEGEncoder.encode(image, file: path)
      case .greyscale: try JPEGEncoder.encode(image, as: .greyscale, file: path)
      case .cmyk: try JPEGEncoder.encode(image, as: .cmyk, file: path)
      case .png: try PNGEncoder.encode(image, file: path)
      case .rotated:
        JPEGEncoder.withOrientation6(try JPEGEncoder.encode(image.turnedLeft(), file: path))
      }
    return OriginalFile(path, bytes)
  }

  /// A square JPEG file. Every 50th is greyscale, as a few of Tiny-ImageNet's are.
  /// - Parameter side: the side in pixels.
  /// - Throws: `BenchmarkError.unwritable`.
  private func thumbnail(
    _ index: Int, of label: Int, side: Int, at path: String
  ) throws(BenchmarkError) -> OriginalFile {
    OriginalFile(
      path,
      try JPEGEncoder.encode(
        series.image(index, of: label, height: side, width: side),
        as: index % 50 == 0 ? .greyscale : .colour, file: path))
  }

  /// The training images of ILSVRC-2012 by synset: n90000001/n90000001_17.JPEG. Numbers run
  /// through all synsets.
  /// - Returns: the files of each synset, in the order of the labels.
  /// - Throws: `BenchmarkError.unwritable`.
  func synsetFiles(
    _ definition: BenchmarkDefinition
  ) throws(BenchmarkError) -> [[OriginalFile]] {
    let perClass = definition.counts.train / definition.classCount
    var files: [[OriginalFile]] = []
    for (label, synset) in definition.synsets.enumerated() {
      files.append(
        try RehearsalSeries.concurrently(perClass) { place throws(BenchmarkError) in
          let index = label * perClass + place
          return try photograph(index, of: label, at: "\(synset)/\(synset)_\(index).JPEG")
        })
    }
    return files
  }

  /// The tree of tiny-imagenet-200: training and validation images, wnids.txt, words.txt and
  /// the annotations of the validation images. `TinyImageNetAdapter` describes the layout.
  /// - Throws: `BenchmarkError.unwritable`.
  func tinyImageNetFiles(
    _ definition: BenchmarkDefinition
  ) throws(BenchmarkError) -> [OriginalFile] {
    let synsets = BenchmarkDefinition.rehearsalSynsets(definition.classCount)
    let side = definition.imageSize
    let perClass = definition.counts.train / definition.classCount
    let training = try RehearsalSeries.concurrently(definition.counts.train) {
      index throws(BenchmarkError) in
      let synset = synsets[index / perClass]
      return try thumbnail(
        index, of: index / perClass, side: side,
        at: "train/\(synset)/images/\(synset)_\(index % perClass).JPEG")
    }
    let first = definition.counts.train
    let validation = try RehearsalSeries.concurrently(definition.extraCounts.test) {
      place throws(BenchmarkError) in
      try thumbnail(
        first + place, of: place % synsets.count, side: side, at: "val/images/val_\(place).JPEG")
    }
    let annotations = validation.indices.map { place in
      "val_\(place).JPEG\t\(synsets[place % synsets.count])\t0\t0\t\(side - 1)\t\(side - 1)"
    }
    let words = zip(synsets, series.shapes).map { "\($0)\t\($1.rawValue)" }
    return training + validation + [
      // The published list is not in alphabetical order either.
      OriginalFile("wnids.txt", lines: synsets.reversed()),
      OriginalFile("words.txt", lines: words),
      OriginalFile("val/val_annotations.txt", lines: annotations),
    ]
  }
}

extension RGBImage {
  /// The image turned anticlockwise by a quarter. An EXIF orientation of 6 turns it back.
  func turnedLeft() -> RGBImage {
    var turned: [UInt8] = []
    turned.reserveCapacity(pixels.count)
    for row in 0..<width {
      for column in 0..<height {
        let source = (column * width + width - 1 - row) * 3
        turned += pixels[source..<source + 3]
      }
    }
    return RGBImage(height: width, width: height, pixels: turned)
  }
}

/// Encodes images as JPEG with libjpeg-turbo.
enum JPEGEncoder {
  /// The colour spaces that occur in ImageNet. Except for greyscale, chroma is halved in both
  /// directions.
  enum ColourSpace {
    case colour, greyscale
    /// Inverted CMYK, as Adobe's programs write it.
    case cmyk
  }

  /// libjpeg's quality, 1 to 100.
  private static let quality: Int32 = 90

  /// The bytes of a JPEG file.
  /// - Parameters:
  ///   - image: at least one pixel.
  ///   - space: the colour space to store.
  ///   - file: the path for error messages.
  /// - Throws: `BenchmarkError.unwritable` if libjpeg-turbo fails.
  static func encode(
    _ image: RGBImage, as space: ColourSpace = .colour, file: String
  ) throws(BenchmarkError) -> [UInt8] {
    guard let encoder = tjInitCompress() else {
      throw .unwritable(file: file, reason: "out of memory")
    }
    defer { tjDestroy(encoder) }
    var buffer: UnsafeMutablePointer<UInt8>?
    var size: UInt = 0
    defer { tjFree(buffer) }
    let sampling = space == .greyscale ? TJSAMP_GRAY : TJSAMP_420
    let format = space == .cmyk ? TJPF_CMYK : TJPF_RGB
    let status = tjCompress2(
      encoder, space == .cmyk ? cmyk(image) : image.pixels, Int32(image.width), 0,
      Int32(image.height), Int32(format.rawValue), &buffer, &size, Int32(sampling.rawValue),
      quality, TJFLAG_ACCURATEDCT)
    guard status == 0 else {
      throw .unwritable(file: file, reason: String(cString: tjGetErrorStr2(encoder)))
    }
    return [UInt8](UnsafeBufferPointer(start: buffer, count: Int(size)))
  }

  /// Inverted CMYK without black, [pixels, 4]. Inverted inks then equal the colours, and
  /// inverted black is 255.
  private static func cmyk(_ image: RGBImage) -> [UInt8] {
    var inks: [UInt8] = []
    for start in stride(from: 0, to: image.pixels.count, by: 3) {
      inks += image.pixels[start..<start + 3] + [255]
    }
    return inks
  }

  /// The file with an Exif segment that asks for a quarter turn clockwise (orientation 6). The
  /// segment follows the first two bytes: marker FF E1, length, "Exif", and a TIFF directory
  /// with one entry (`EXIFOrientation` describes it).
  static func withOrientation6(_ jpeg: [UInt8]) -> [UInt8] {
    let tiff: [UInt8] =
      [0x49, 0x49, 42, 0, 8, 0, 0, 0]  // little-endian; the directory follows
      + [1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0]  // one entry: orientation, short, 6
      + [0, 0, 0, 0]
    let body = Array("Exif\0\0".utf8) + tiff
    return Array(jpeg.prefix(2)) + [0xFF, 0xE1, 0, UInt8(body.count + 2)] + body + jpeg.dropFirst(2)
  }
}
