import Benchmarks
import Core
import Foundation
import Testing

extension BenchmarksTests {
  private func sample(_ path: String) -> String { "\(RealSamples.folder)/\(path)" }

  @Test(RealSamples.trait)
  func `CIFAR-10's records come out of their archive exactly, and of PNG folders the same`() throws
  {
    let file = try prepare(
      .cifar10, from: sample("cifar10/cifar-10-batches-bin-exact9353.tar.gz"), partial: true)
    #expect(file.info.counts == SplitCounts(train: 8_336, test: 1_017))
    #expect(!file.info.isComplete)
    let (pixels, labels) = (try file.pixels(), try file.labels())
    try file.verify()

    let original = try unpacked("cifar10/cifar-10-batches-bin-exact9353.tar.gz")
    var row = 0
    var tree: [Int: [[UInt8]]] = [:]
    for name in (1...5).map({ "data_batch_\($0).bin" }) + ["test_batch.bin"] {
      let records = try bytes("\(original)/cifar-10-batches-bin/\(name)")
      for start in stride(from: 0, to: records.count, by: 3_073) {
        let image = interleaved(records[start + 1..<start + 3_073])
        try #require(labels[row] == Int32(records[start]))
        try #require(Array(pixels[row * 3_072..<(row + 1) * 3_072]) == image)
        if name == "test_batch.bin" { tree[Int(records[start]), default: []].append(image) }
        row += 1
      }
    }
    #expect(row == 9_353)

    // The test images again, as class folders.
    let names = BenchmarkDefinition.cifar10.classNames
    for (label, images) in tree {
      for (number, image) in images.enumerated() {
        let name = String(format: "%04d.png", number)
        try writePNG(image, side: 32, to: "\(folder)/png/test/\(names[label])/\(name)")
      }
    }
    try FileManager.default.removeItem(atPath: file.path)
    let folders = try prepare(.cifar10, from: folder + "/png", partial: true)
    #expect(try folders.pixels() == (0..<10).flatMap { (tree[$0] ?? []).joined() })
    #expect(
      try folders.labels()
        == (0..<10).flatMap { Array(repeating: Int32($0), count: tree[$0]?.count ?? 0) })
  }

  @Test(RealSamples.trait)
  func `The genuine truncated pickle is refused with the record at which it breaks off`() throws {
    let original = folder + "/cifar-10-batches-py"
    try write(
      bytes(sample("cifar10/data_batch_2.truncated.pickle")), to: original + "/data_batch_2")
    try write(bytes(sample("cifar10/batches.meta")), to: original + "/batches.meta")
    // 3 MiB less the 20,218 bytes before the rows.
    #expect(
      throws: BenchmarkError.brokenRecord(
        file: original + "/data_batch_2", record: 1_017, bytesLeft: 1_286, recordSize: 3_072)
    ) { try prepare(.cifar10, from: original, partial: true) }
  }

  @Test(RealSamples.trait)
  func `CIFAR-100 has the superclass as label, and keeps the fine one`() throws {
    let file = try prepare(
      .cifar100, from: sample("cifar100/cifar-100-binary-exact2033.tar.gz"), partial: true)
    let (pixels, labels) = (try file.pixels(), try file.labels())
    let fine = try file.fineLabels()
    #expect(file.info.fineClassNames.count == 100 && file.info.classNames.count == 20)
    try file.verify()
    let original = try unpacked("cifar100/cifar-100-binary-exact2033.tar.gz")
    var row = 0
    for name in ["train.bin", "test.bin"] {
      let records = try bytes("\(original)/cifar-100-binary/\(name)")
      for start in stride(from: 0, to: records.count, by: 3_074) {
        try #require(labels[row] == Int32(records[start]))
        try #require(fine[row] == Int32(records[start + 1]))
        try #require(
          Array(pixels[row * 3_072..<(row + 1) * 3_072])
            == interleaved(records[start + 2..<start + 3_074]))
        row += 1
      }
    }
    #expect(row == 2_033)

    // A fine label of another superclass.
    var records = try bytes("\(original)/cifar-100-binary/test.bin")
    records[5 * 3_074] = (records[5 * 3_074] + 1) % 20
    try write(records, to: "\(original)/cifar-100-binary/test.bin")
    try FileManager.default.removeItem(atPath: file.path)
    let error = #expect(throws: BenchmarkError.self) {
      try prepare(.cifar100, from: original, partial: true)
    }
    #expect(error?.description.contains("test.bin', record 5: ") == true)
  }

  @Test(RealSamples.trait) func `STL-10's images come out upright`() throws {
    let file = try prepare(.stl10, from: sample("stl10/subset95"), partial: true)
    var hash = SHA256Hash()
    hash.update(try file.pixels())
    // numpy: sha256(fromfile("test_X.bin", "u1").reshape(95, 3, 96, 96).transpose(0, 3, 2, 1))
    #expect(
      hash.hexadecimal == "e6447d68a45ea0b09e728e896bf7bbe6893bf42ba703c33ccc6e01e23d0a1345")
    let labels = try bytes(sample("stl10/subset95/stl10_binary/test_y.bin"))
    #expect(try file.labels() == labels.map { Int32($0) - 1 })
    #expect(file.splits.allSatisfy { $0 == .test })
    let differing = file.info.sources.first { $0.name == "test_y.bin" }
    #expect(differing?.isAsPublished == false)
  }

  @Test(RealSamples.trait) func `STL-10's genuine label files have the published checksums`() throws
  {
    let original = folder + "/stl10_binary"
    for (name, count) in [("train", 5_000), ("test", 8_000)] {
      try write(bytes(sample("stl10/\(name)_y.bin")), to: "\(original)/\(name)_y.bin")
      let images = "\(original)/\(name)_X.bin"
      try write([], to: images)
      // A sparse file of black images.
      try #require(truncate(images, count * 27_648) == 0)
    }
    let error = #expect(throws: BenchmarkError.self) { try prepare(.stl10, from: original) }
    #expect(error?.description.contains("unlabeled_X.bin: 0 of 100000") == true)
    var options = PreparationOptions()
    options.omitsUnlabelled = true
    options.acceptsPartial = true
    let target = folder + "/stl10.h5"
    let summary = try BenchmarkPreparation.prepare(
      .stl10, from: original, to: target, options: options)
    #expect(summary.missing.count == 2, "the X files are not the published ones")
    let info = try BenchmarkFile.open(target).info
    #expect(
      info.sources.filter { $0.isAsPublished == true }.map(\.name) == ["train_y.bin", "test_y.bin"])
    #expect(info.classCounts[.test] == Array(repeating: 800, count: 10))
    #expect(info.expectedCounts == SplitCounts(train: 5_000, test: 8_000))
  }

  @Test(RealSamples.trait) func `All 15 folders of ImageNet-Dogs are read`() throws {
    let file = try prepare(
      .imagenetDogs, from: sample("imagenet-dogs/imagenet-dogs-15-2516at224.tar.gz"),
      partial: true)
    #expect(file.info.counts == SplitCounts(train: 2_516))
    #expect(file.info.imageSize == 112)
    // tar tzf | cut -d/ -f2 | sort | uniq -c
    #expect(
      file.info.classCounts[.train]
        == [236, 180, 174, 193, 156, 147, 149, 145, 147, 146, 152, 155, 150, 195, 191])
    // As Stanford Dogs names its folders.
    let original = try unpacked("imagenet-dogs/imagenet-dogs-15-2516at224.tar.gz")
    let folders = original + "/imagenet-dogs-15"
    try FileManager.default.moveItem(
      atPath: folders + "/n02085936", toPath: folders + "/n02085936-Maltese_dog")
    let error = #expect(throws: BenchmarkError.self) {
      try BenchmarkPreparation.prepare(.imagenetDogs, from: original, to: folder + "/no.h5")
    }
    #expect(error?.description.contains("Stanford Dogs") == true)
    #expect(error?.description.contains("n02085936-Maltese_dog: 236 of 1300") == true)
  }

  @Test(RealSamples.trait) func `Original ImageNet photographs are scaled as Pillow does`() throws {
    let file = try prepare(
      .imagenet10, from: sample("imagenet10/imagenet10-one-per-class.tar.gz"), partial: true)
    // Pillow 12: open().convert("RGB").resize(shorter side 112, BILINEAR), central 112 x 112; means of
    // the four quadrants by rows.
    let quadrants: [[Double]] = [
      [116.52, 119.92, 148.59, 135.17], [196.69, 155.51, 188.22, 134.28],
      [170.12, 168.58, 155.94, 161.15], [130.53, 127.77, 122.39, 131.28],
      [205.12, 205.24, 153.55, 169.57], [174.87, 169.05, 88.85, 93.06],
      [115.88, 62.99, 122.90, 80.65], [119.91, 110.51, 80.33, 83.75],
      [128.91, 147.41, 82.22, 100.64], [149.71, 120.38, 102.76, 154.15],
    ]
    #expect(try file.labels() == Array(0..<10))
    for (image, expected) in quadrants.enumerated() {
      let pixels = try file.pixels(at: [image])
      for (quadrant, mean) in expected.enumerated() {
        var sum = 0
        for row in 0..<56 {
          let start = ((row + quadrant / 2 * 56) * 112 + quadrant % 2 * 56) * 3
          sum += pixels[start..<start + 168].reduce(0) { $0 + Int($1) }
        }
        #expect(abs(Double(sum) / 9_408 - mean) < 0.05, "image \(image), quadrant \(quadrant)")
      }
    }
    // What a run at 96 pixels is given: Resize(112), CenterCrop(96).
    let centre = try file.pixels(at: [3], side: 96)
    let whole = try file.pixels(at: [3])
    #expect(centre.count == 96 * 96 * 3)
    #expect(Array(centre[0..<288]) == Array(whole[(8 * 112 + 8) * 3..<(8 * 112 + 104) * 3]))
  }

  @Test(RealSamples.trait) func `Tiny-ImageNet's validation images are a split apart`() throws {
    let file = try prepare(
      .tinyImageNet, from: sample("tiny-imagenet/tiny-imagenet-200-20classes.tar.gz"),
      partial: true)
    #expect(file.info.counts == SplitCounts(train: 10_000, test: 1_000))
    #expect(file.info.expectedCounts == SplitCounts(train: 100_000))
    #expect(file.info.classNames.prefix(2) == ["American alligator", "slug"])
    #expect(file.info.classCounts[.train] == Array(repeating: 500, count: 20))
    #expect(file.info.classCounts[.test] == Array(repeating: 50, count: 20))
  }
}
