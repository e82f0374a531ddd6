import Benchmarks
import Domain
import Foundation
import Testing

extension CommandLineTests {
  // MARK: - list

  @Test func `Benchmarks are listed with how they stand and what to do next`() throws {
    let data = try Self.data.get()
    let lines = try program.run(["data", "list", "--json", "--data", data]).objects()
    let states = lines.map { "\($0["benchmark"] ?? ""): \($0["state"] ?? "")" }
    #expect(states.first == "cifar10: not prepared")
    #expect(states.contains("rehearsal: prepared"))
    #expect(lines.count == BenchmarkDefinition.all.count)
    let next = lines.map { $0["next"] as? String }
    #expect(next.first == "scl data fetch cifar10 --data \(data)")
    let originals = try #require(lines[0]["originals"] as? [String: Any])
    #expect(originals["bytes"] as? Int == 170_052_171)
    #expect((originals["licence"] as? String)?.isEmpty == false)
    // Registered users get the files by themselves.
    let imageNet = try #require(lines.first { $0["benchmark"] as? String == "imagenet10" })
    #expect((imageNet["next"] as? String)?.contains("--from ILSVRC2012_img_train.tar") == true)
  }

  @Test func `The list is readable in 100 columns`() throws {
    let text = try program.run(["data", "list"])
    #expect(text.exitCode == 0)
    #expect(text.lines.allSatisfy { $0.count <= 100 }, "\(text.output)")
    #expect(text.output.contains("cifar100: CIFAR-100\n"))
    #expect(text.output.contains("https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz"))
    #expect(text.output.contains("scl data fetch tiny-imagenet\n"))
  }

  @Test func `A benchmark file that is damaged does not keep the others from being listed`() throws
  {
    _ = try write("no HDF5 at all", to: "cifar10.h5")
    let lines = try program.run(["data", "list", "--json", "--data", folder]).objects()
    #expect((lines[0]["state"] as? String)?.hasPrefix("damaged: ") == true)
    #expect(lines[0]["complete"] as? Bool == false)
    #expect(lines[1]["state"] as? String == "not prepared")
  }

  @Test func `A partial or complete download is listed`() throws {
    _ = try write(String(repeating: "x", count: 2_048), to: "downloads/cifar-10-python.tar.gz.part")
    // A file of the right size without taking its place on the disk.
    let whole = try write("", to: "downloads/tiny-imagenet-200.zip")
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: whole))
    try handle.truncate(atOffset: 248_100_043)
    try handle.close()
    let lines = try program.run(["data", "list", "--json", "--data", folder]).objects()
    #expect(lines[0]["state"] as? String == "partly downloaded: 2.0 KiB of 162.6 MiB")
    let tiny = try #require(lines.first { $0["benchmark"] as? String == "tiny-imagenet" })
    #expect(tiny["state"] as? String == "downloaded, not prepared")
    #expect(
      tiny["next"] as? String
        == "scl data prepare tiny-imagenet --from \(whole) --data \(folder)")
  }

  // MARK: - fetch

  @Test func `What cannot be downloaded is refused with instructions`() throws {
    try expectRefusal(
      64, ["data", "fetch", "imagenet-dogs"], ["registered users", "https://image-net.org"])
    try expectRefusal(
      64, ["data", "fetch", "rehearsal"], ["is a rehearsal", "scl data prepare rehearsal"])
    try expectRefusal(64, ["data", "fetch", "cifar1"], ["did you mean 'cifar10'?"])
    try expectRefusal(
      64, ["data", "fetch", "stl10", "--edition", "python"], ["takes binary"])
    // One option of a name, with one meaning.
    let help = try program.run(["data", "fetch", "--help"]).output
    #expect(help.components(separatedBy: "--version").count == 2)
    try expectRefusal(
      64, ["data", "fetch", "cifar10", "--url", "mirror/cifar.tar.gz"], ["not an http or https"])
  }

  @Test func `Another file under the download's name is refused and not touched`() throws {
    let file = try write("mine", to: "here/cifar-10-binary.tar.gz")
    let result = try program.run([
      "data", "fetch", "cifar10", "--to", folder + "/here", "--url", "http://127.0.0.1:1/x",
    ])
    #expect(result.exitCode == 65 && result.errors.contains("it has 4 bytes"))
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "mine")
  }

  @Test func `Without a connection, and after a signal, a line says how to go on`() throws {
    let fetch = ["data", "fetch", "cifar10", "--to", folder + "/here"]
    let offline = try program.run(fetch + ["--url", "http://nowhere.invalid/cifar.tar.gz"])
    #expect(offline.exitCode == 74, "\(offline.errors)")
    let remedy = "if you have the archive: `scl data prepare cifar10 --from PATH`"
    #expect(offline.errors.contains("error: no connection to nowhere.invalid; \(remedy)\n"))

    let errors = folder + "/errors"
    let process = try program.start(fetch + ["--url", "http://127.0.0.1:1/x"], errors: errors)
    let end = ContinuousClock.now + .seconds(60)
    func written() -> String { (try? String(contentsOfFile: errors, encoding: .utf8)) ?? "" }
    // Nobody listens there, so it pauses between attempts.
    while !written().contains("retrying"), ContinuousClock.now < end { usleep(10_000) }
    kill(process.processIdentifier, SIGINT)
    try process.waitForEnd(within: 60)
    #expect(process.terminationStatus == 130, "\(written())")
    #expect(written().hasSuffix("stopped; run the same command to continue the download\n"))
  }

  // MARK: - info and verify

  @Test func `Images that no published checksum covers are said to be right by number alone`()
    throws
  {
    // The smallest PNG of one pixel, as often as ImageNet-10 has images.
    let pixel = try #require(
      Data(
        base64Encoded:
          "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
      ))
    for synset in BenchmarkDefinition.imagenet10.synsets {
      let classFolder = "\(folder)/train/\(synset)"
      try FileManager.default.createDirectory(
        atPath: classFolder, withIntermediateDirectories: true)
      for number in 0..<1_300 {
        try pixel.write(to: URL(fileURLWithPath: "\(classFolder)/\(synset)_\(number).JPEG"))
      }
    }
    let made = try program.run([
      "data", "prepare", "imagenet10", "--from", folder + "/train", "--image-size", "8",
      "--data", folder + "/data",
    ])
    #expect(made.exitCode == 0, "\(made.errors)")
    let words = "pixels not verified"
    #expect(made.output.contains(words) && made.output.contains("complete         yes"))
    let file = folder + "/data/imagenet10.h5"
    try expectRefusal(
      64,
      [
        "data", "prepare", "imagenet10", "--from", folder + "/train", "--image-size", "9",
        "--data", folder + "/data", "--quiet",
      ], ["its images have 8 pixels a side, the new ones 9", "--force"])
    let verified = try program.run(["data", "verify", file])
    #expect(verified.exitCode == 0 && verified.lines[0].contains(": ok, 13000 train"))
    #expect(verified.lines[1].contains(words))
    let list = try program.run(["data", "list", "--data", folder + "/data", "--json"]).objects()
    let listed = try #require(list.first { $0["benchmark"] as? String == "imagenet10" })
    #expect((listed["state"] as? String)?.hasPrefix("prepared, \(words)") == true)
    #expect(listed["complete"] as? Bool == true && listed["asPublished"] as? Bool == false)
  }

  // MARK: - montage

  @Test(arguments: ["png", "svg"])
  func `A montage is a picture, the same every time`(format: String) throws {
    let file = try Self.data.get() + "/rehearsal.h5"
    var pictures: [Data] = []
    for name in ["one.\(format)", "two.\(format)"] {
      let out = "\(folder)/\(name)"
      let made = try program.run(["data", "montage", file, "--out", out, "--images", "3"])
      #expect(made.exitCode == 0 && made.output == out + "\n", "\(made.errors)")
      pictures.append(try Data(contentsOf: URL(fileURLWithPath: out)))
    }
    #expect(pictures[0] == pictures[1] && pictures[0].count > 10_000)
  }

  @Test func `A montage of some classes says how many it leaves out`() throws {
    let file = try Self.data.get() + "/rehearsal.h5"
    let out = "\(folder)/few.svg"
    let made = try program.run(["data", "montage", file, "--out", out, "--classes", "4"])
    #expect(made.output == "\(out) (6 classes not shown; see --classes)\n")
    try expectRefusal(64, ["data", "montage", file, "--out", "picture.jpg"], [".png or .svg"])
    try expectRefusal(
      64, ["data", "montage", file, "--split", "unlabelled", "--out", out],
      ["no unlabelled images"])
  }
}
