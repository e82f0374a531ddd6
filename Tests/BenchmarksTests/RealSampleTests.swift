import Benchmarks
import Core
import Domain
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
  func `All of CIFAR-10 comes out of an archive of JPEG class folders`() throws {
    let file = try prepare(
      .cifar10, from: sample("cifar10/cifar10-jpeg-folders.tar.gz"), partial: true)
    #expect(file.info.counts == SplitCounts(train: 50_000, test: 10_000))
    #expect(file.info.classCounts[.train] == Array(repeating: 5_000, count: 10))
    #expect(file.info.classCounts[.test] == Array(repeating: 1_000, count: 10))
    var hash = SHA256Hash()
    hash.update(try file.pixels(at: Array(stride(from: 0, to: 60_000, by: 600))))
    // Pillow 13: open().convert("RGB") of every 600th, train before test, by class and name.
    #expect(
      hash.hexadecimal == "cff9ec6dd4bd2f4690dbca73dc3161218ae888c3a5daa55bf6206f475db71e5c")
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
    // Pillow 13: SHA-256 of open().convert("RGB").resize(shorter side 112, BILINEAR) and its central 112 x
    // 112, which begins at round((side - 112) / 2) as torchvision's does. Two of them are greyscale.
    let expected = [
      "5851cb04b03b38b8ca0856ba2b22c3e8ac818e550e49e7099e1f61df48aad792",
      "c44baddec2a8203174b686567002cd78fcacfca2c09abd1dea1ad71259b97bcc",
      "6834d735d9a16015168823e14e4b55229e742a20aed602d3a9253719dedd29c5",
      "613d60deb0df90d7f18358a10095ea9296ccf3a9fdeb5346351b12395eac1ea9",
      "fd9a611ee3ca520939529812f9410f3aab22669695329c351814f3fd10fa7c14",
      "a7093223235b5fc5362dbd9a943d19b8d6e4aff0aa6aa54fa9555e0008310910",
      "01fa619ad8c9177b8b4631df4b4769ce7bc465d1569bbe9d698c74ef6240a9ec",
      "0e1c7ac7f0a2d64e24e23801b1d5addb0b36a20843d343df178a5c67d1d8cb00",
      "de1ef72f7c74b5e3067ce7c7569c67de86853af47612c174e98d165208f1e0e3",
      "1e709821bc4d2577cd82e53fadbbfedd2a878f731b24f04e504d811394c1a427",
    ]
    #expect(try file.labels() == Array(0..<10))
    for (image, digest) in expected.enumerated() {
      var hash = SHA256Hash()
      hash.update(try file.pixels(at: [image]))
      #expect(hash.hexadecimal == digest, "image \(image)")
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
