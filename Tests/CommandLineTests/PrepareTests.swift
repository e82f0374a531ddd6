import Foundation
import Testing

extension CommandLineTests {
  /// As many images as CIFAR-10 has, all black and all aeroplanes, in files that take no room on disk.
  private func makeBlackCIFAR() throws -> String {
    let originals = folder + "/cifar-10-batches-bin"
    try FileManager.default.createDirectory(atPath: originals, withIntermediateDirectories: true)
    for name in (1...5).map({ "data_batch_\($0).bin" }) + ["test_batch.bin"] {
      let path = "\(originals)/\(name)"
      try Data().write(to: URL(fileURLWithPath: path))
      try #require(truncate(path, 10_000 * 3_073) == 0)
    }
    return originals
  }

  private func files(in folder: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
  }

  /// STL-10 with black images, which is large enough to be caught half done, in files that take no room.
  private func makeBlackSTL() throws -> String {
    let originals = folder + "/stl10_binary"
    try FileManager.default.createDirectory(atPath: originals, withIntermediateDirectories: true)
    for (name, count) in [("train", 5_000), ("test", 8_000), ("unlabeled", 100_000)] {
      let path = "\(originals)/\(name)_X.bin"
      try Data().write(to: URL(fileURLWithPath: path))
      try #require(truncate(path, count * 27_648) == 0)
      if name == "unlabeled" { continue }
      let labels = (0..<count).map { UInt8($0 % 10 + 1) }
      try Data(labels).write(to: URL(fileURLWithPath: "\(originals)/\(name)_y.bin"))
    }
    return originals
  }

  @Test func `A preparation that is ended leaves nothing, and one that is killed nothing for long`()
    throws
  {
    let originals = try makeBlackSTL()
    let arguments = [
      "data", "prepare", "stl10", "--partial", "--from", originals, "--data", "data",
    ]
    for signal in [SIGTERM, SIGKILL] {
      let process = try program.start(arguments)
      try wait("it has begun to write", step: 1_000) {
        !process.isRunning || !files(in: folder + "/data").isEmpty
      }
      kill(process.processIdentifier, signal)
      try process.waitForEnd()
      if signal == SIGTERM { #expect(process.terminationStatus == 128 + SIGTERM) }
      #expect(files(in: folder + "/data").isEmpty == (signal == SIGTERM))
      #expect(!files(in: folder + "/data").contains("stl10.h5"))
    }
    let (again, peak) = try program.measured(arguments + ["--without-unlabelled"])
    #expect(again.exitCode == 0, "\(again.errors)")
    // 13,000 images of 27,648 bytes, which are 343 MiB.
    #expect(peak < Self.preparationLimit, "\(peak >> 20) MiB")
    #expect(files(in: folder + "/data") == ["stl10.h5"])
    #expect(try program.run(["data", "verify", "data/stl10.h5"]).exitCode == 0)
  }

  /// Bytes that no preparation needs, however many images there are.
  private static let preparationLimit = 512 << 20

  @Test(arguments: [
    "rehearsal-cifar10", "rehearsal-cifar100", "rehearsal-stl10", "rehearsal-imagenet10",
    "rehearsal-imagenet-dogs", "rehearsal-tiny-imagenet",
  ])
  func `A preparation takes little memory in every form of original files`(name: String) throws {
    let (result, peak) = try program.measured(["data", "prepare", name, "--data", "data"])
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(peak < Self.preparationLimit, "\(peak >> 20) MiB")
  }

  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: samples),
      "needs shared/data, samples of the real benchmarks, beside the project"),
    arguments: [
      ("cifar10", "cifar10/cifar10-jpeg-folders.tar.gz"),
      ("imagenet-dogs", "imagenet-dogs/imagenet-dogs-15-2516at224.tar.gz"),
      ("tiny-imagenet", "tiny-imagenet/tiny-imagenet-200-20classes.tar.gz"),
    ])
  func `Real archives are prepared in little memory`(name: String, archive: String) throws {
    let (result, peak) = try program.measured([
      "data", "prepare", name, "--partial", "--from", "\(Self.samples)/\(archive)", "--data",
      "data",
    ])
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(peak < Self.preparationLimit, "\(peak >> 20) MiB")
  }

  private static let samples =
    (ProcessInfo.processInfo.environment["SCL_SHARED"]
      ?? repository.appendingPathComponent("../shared").standardized.path) + "/data"

  @Test func `As many images as the benchmark's, but not of its classes, are refused`() throws {
    let originals = try makeBlackCIFAR()
    try expectRefusal(
      65, ["data", "prepare", "cifar10", "--from", originals, "--to", folder + "/made/cifar10.h5"],
      ["train images of airplane: 50000 of 5000", "test images of truck: 0 of 1000", "--partial"])
    #expect(files(in: folder + "/made").isEmpty)
  }

  /// Two classes of one-coloured images.
  private func makeClasses(_ count: Int, in samples: String) throws {
    for name in ["bright", "dark"] {
      try FileManager.default.createDirectory(
        atPath: "\(samples)/\(name)", withIntermediateDirectories: true)
      for number in 0..<count {
        try OwnImage.png(bright: name == "bright", number: number)
          .write(to: URL(fileURLWithPath: "\(samples)/\(name)/\(number).png"))
      }
    }
  }

  @Test func `A benchmark file that finished runs depend on is replaced with --force alone`() throws
  {
    try makeClasses(4, in: folder + "/samples")
    let prepare = [
      "data", "prepare", "lamps", "--from", "samples", "--as", "folders", "--data", "data",
    ]
    #expect(try program.run(prepare).exitCode == 0)
    let text = "title: Lamps\nbenchmarks: [lamps]\nmethods: [kmeans]\nseeds: 1\n"
    try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/lamps.yaml"))
    #expect(try program.run(["run", "lamps.yaml", "--data", "data"]).exitCode == 0)
    let file = URL(fileURLWithPath: folder + "/data/lamps.h5")
    let before = try Data(contentsOf: file)

    let again = try program.run(prepare)
    #expect(again.exitCode == 0 && again.errors.contains("unchanged"), "\(again.errors)")
    #expect(try Data(contentsOf: file) == before)

    try FileManager.default.removeItem(atPath: folder + "/samples/dark/3.png")
    let refused = try program.run(prepare)
    #expect(refused.exitCode == 64, "\(refused)")
    for part in [
      "8 train, the new one 7 train", "1 finished run", "lamps/lamps/kmeans/seed-0", "--force",
    ] {
      #expect(refused.errors.contains(part), "\(refused.errors)")
    }
    #expect(try Data(contentsOf: file) == before)
    #expect(files(in: folder + "/data") == ["lamps.h5"])

    let forced = try program.run(prepare + ["--force"])
    #expect(forced.exitCode == 0, "\(forced.errors)")
    #expect(forced.errors.contains("lamps/lamps/kmeans/seed-0"), "\(forced.errors)")
    #expect(try Data(contentsOf: file) != before)

    try Data("no benchmark".utf8).write(to: file)
    #expect(try program.run(prepare).exitCode == 64)
    #expect(try program.run(prepare + ["--force"]).exitCode == 0)
  }

  @Test func `What is passed over and left out is printed and kept`() throws {
    try makeClasses(2, in: folder + "/samples")
    for name in ["bright/Thumbs.db", "bright/notes.txt", "dark/9.jpg", "dark/8.jpg"] {
      try Data("none".utf8).write(to: URL(fileURLWithPath: "\(folder)/samples/\(name)"))
    }
    let prepare = [
      "data", "prepare", "lamps", "--from", "samples", "--as", "folders", "--data", "data",
    ]
    try expectRefusal(
      65, prepare,
      ["2 images of", "dark/8.jpg", "dark/9.jpg", "--skip-unreadable"])
    let made = try program.run(prepare + ["--skip-unreadable"])
    #expect(made.exitCode == 0, "\(made.errors)")
    let info = try program.run(["data", "info", "data/lamps.h5"])
    #expect(info.output == made.output)
    for part in [
      "unreadable images, left out: 2", "Thumbs.db", "notes.txt",
      "file names       recorded for each image",
    ] {
      #expect(info.output.contains(part), "\(info.output)")
    }
    let object = try #require(
      program.run(["data", "info", "data/lamps.h5", "--json"]).objects().first)
    #expect(object["leftOut"] as? [String] == ["dark/8.jpg", "dark/9.jpg"])
    #expect((object["remarks"] as? [[String: Any]])?.count == 3)
  }

  @Test func `A class's name cannot act on the terminal`() throws {
    try makeClasses(1, in: folder + "/samples")
    let name = "a\u{1B}]0;owned\u{7}\u{202E}"
    try FileManager.default.moveItem(
      atPath: folder + "/samples/bright", toPath: "\(folder)/samples/\(name)")
    let made = try program.run([
      "data", "prepare", "evil", "--from", "samples", "--as", "folders", "--data", "data",
    ])
    #expect(made.exitCode == 0, "\(made.errors)")
    let drawn = try program.run(["data", "montage", "data/evil.h5", "--out", "m.svg"])
    #expect(drawn.exitCode == 0)
    let picture = try String(contentsOfFile: folder + "/m.svg", encoding: .utf8)
    for text in [made.output, made.errors, picture] {
      #expect(!text.unicodeScalars.contains { ["\u{1B}", "\u{7}", "\u{202E}"].contains($0) })
    }
    #expect(made.output.contains("a\u{FFFD}]0;owned\u{FFFD}\u{FFFD} 1"), "\(made.output)")
  }

  @Test func `What the program draws itself is prepared by run and plan`() throws {
    let text =
      "benchmarks: [rehearsal, rehearsal-tiny-imagenet]\nmethods: [random-labels]\nseeds: 1\n"
    try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/drawn.yaml"))
    let only = ["drawn.yaml", "--only", "benchmark=rehearsal-tiny-imagenet"]
    let plan = try program.run(["plan"] + only + ["--no-measure", "--data", "one"])
    #expect(
      plan.exitCode == 0 && plan.errors.contains("1200 train, 100 test images in"), "\(plan.errors)"
    )
    let run = try program.run(["run"] + only + ["--data", "two"])
    #expect(
      run.exitCode == 0 && run.errors.contains("1200 train, 100 test images in"), "\(run.errors)")
    // A benchmark that --only leaves out is not prepared.
    let made = files(in: folder + "/one")
    #expect(made.contains("rehearsal-tiny-imagenet.h5") && !made.contains("rehearsal.h5"))
  }

  @Test func `Own images become a benchmark that experiments know by name`() throws {
    let samples = folder + "/samples"
    try makeClasses(4, in: samples)
    let made = try program.run([
      "data", "prepare", "lamps", "--from", "samples", "--as", "folders", "--data", "data",
    ])
    #expect(made.exitCode == 0, "\(made.errors)")
    let info = try program.run(["data", "info", "data/lamps.h5", "--json"])
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(info.output.utf8)) as? [String: Any])
    #expect(object["classes"] as? [String] == ["bright", "dark"])
    #expect(object["complete"] as? Bool == true)
    #expect((object["classCounts"] as? [String: [Int]])?["train"] == [4, 4])

    let text = "title: Lamps\nbenchmarks: [lamps]\nmethods: [kmeans]\nseeds: 1\n"
    try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/lamps.yaml"))
    let done = try program.run(["run", "lamps.yaml", "--data", "data", "--results", "results"])
    #expect(done.exitCode == 0, "\(done.errors)")
    let table = try program.run(["report", "lamps.yaml", "--data", "data", "--results", "results"])
    #expect(table.output.contains("lamps") && table.output.contains("100.0"))

    let listed = try program.run(["data", "list", "--data", "data"])
    #expect(listed.output.contains("Your own:"))
    #expect(
      listed.lines.contains {
        $0.split(whereSeparator: \.isWhitespace).joined(separator: " ")
          == "lamps 8 images in 2 classes prepared scl data verify data/lamps.h5"
      }, "\(listed.output)")
    let status = try #require(
      program.run(["data", "list", "--json", "--data", "data"]).objects().last)
    #expect(status["benchmark"] as? String == "lamps" && status["kind"] as? String == "own")
    #expect(status["complete"] as? Bool == true)
    #expect(
      status["counts"] as? [String: Int] == ["train": 8, "test": 0, "unlabelled": 0])

    // The records alone are enough for the table; a run needs the images.
    let elsewhere = ["lamps.yaml", "--data", "nowhere", "--results", "results"]
    #expect(try program.run(["report"] + elsewhere).output == table.output)
    #expect(try program.run(["run"] + elsewhere).exitCode == 65)

    let misspelt = text.replacingOccurrences(of: "[lamps]", with: "[lmaps]")
    try Data(misspelt.utf8).write(to: URL(fileURLWithPath: folder + "/lamps.yaml"))
    let refused = try program.run(["plan", "lamps.yaml", "--data", "data"])
    #expect(refused.exitCode == 65)
    #expect(refused.errors.contains("did you mean 'lamps'?"))
  }
}

/// 8 x 8 PNG files of one colour, written by Pillow: RGB (16 n, 16 n, 16 n) and 255 less that.
private enum OwnImage {
  static func png(bright: Bool, number: Int) throws -> Data {
    try #require(Data(base64Encoded: (bright ? brightFiles : darkFiles)[number]))
  }

  private static let darkFiles = [
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAADElEQVR4nGNgGB4AAADIAAGtQHYiAAAAAElFTkSuQmCC",
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAFElEQVR4nGMUEBBgwAaYsIoOWgkALCgAQCzzhSkAAAAASUVORK5CYII=",
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAFElEQVR4nGNUUFBgwAaYsIoOWgkAUUgAcGJr7pcAAAAASUVORK5CYII=",
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAFElEQVR4nGM0MDBgwAaYsIoOWgkAdmgAoOmKck4AAAAASUVORK5CYII=",
  ]

  private static let brightFiles = [
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAFUlEQVR4nGP8//8/AzbAhFV00EoAAFbUAw037MyjAAAAAElFTkSuQmCC",
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAFUlEQVR4nGN8//49AzbAhFV00EoAADG0At3uh+0tAAAAAElFTkSuQmCC",
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAFUlEQVR4nGO8f/8+AzbAhFV00EoAAAyUAq2V8VxsAAAAAElFTkSuQmCC",
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAFUlEQVR4nGM8f/48AzbAhFV00EoAAOdlAn0O35fnAAAAAElFTkSuQmCC",
  ]
}
