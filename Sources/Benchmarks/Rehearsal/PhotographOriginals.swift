import Core
import Domain

/// Drawn images as files of their own, of the kinds that ImageNet's photographs have.
struct PhotographOriginals {
  let series: RehearsalSeries

  /// How an image lies in its file.
  private enum Kind: CaseIterable {
    case colour, greyscale, cmyk, png, rotated

    /// Most are plain; ImageNet has a few of each other kind, all of them named .JPEG.
    init(_ index: Int) {
      self = index % 8 == 0 ? Self.allCases[1 + index / 8 % 4] : .colour
    }
  }

  /// A file of any size and kind, its shorter side 40 to 80 pixels.
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

  /// A square JPEG; every 50th is greyscale, as in Tiny-ImageNet.
  private func thumbnail(
    _ index: Int, of label: Int, side: Int, at path: String
  ) throws(BenchmarkError) -> OriginalFile {
    OriginalFile(
      path,
      try JPEGEncoder.encode(
        series.image(index, of: label, height: side, width: side),
        as: index % 50 == 0 ? .greyscale : .colour, file: path))
  }

  /// ILSVRC-2012's training images, by synset: n90000001/n90000001_17.JPEG.
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

  /// CS231n's tree.
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
      // The true list is not in alphabetical order either.
      OriginalFile("wnids.txt", lines: synsets.reversed()),
      OriginalFile("words.txt", lines: words),
      OriginalFile("val/val_annotations.txt", lines: annotations),
    ]
  }
}

extension RGBImage {
  /// The image turned by a quarter, anticlockwise.
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
