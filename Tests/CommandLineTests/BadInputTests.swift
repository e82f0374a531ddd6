import Foundation
import Testing

extension CommandLineTests {
  /// Changes a copy of the rehearsal's original files and expects that it is refused, without
  /// leaving a file.
  private func expectRefused(
    _ parts: [String], change: (_ originals: String) throws -> Void
  ) throws {
    let originals = folder + "/originals"
    try FileManager.default.copyItem(
      atPath: Self.data.get() + "/originals/rehearsal", toPath: originals)
    try change(originals)
    try expectRefusal(
      65,
      ["data", "prepare", "rehearsal", "--from", originals, "--to", folder + "/made/out.h5"],
      parts)
    #expect(files(below: folder + "/made").isEmpty)
  }

  /// Changes the bytes of a file.
  private func edit(_ path: String, _ body: (inout Data) -> Void) throws {
    var data = try Data(contentsOf: URL(fileURLWithPath: path))
    body(&data)
    try data.write(to: URL(fileURLWithPath: path))
  }

  @Test func `A path that does not exist is missing input`() throws {
    let path = folder + "/nowhere"
    try expectRefusal(66, ["data", "prepare", "cifar10", "--from", path], [path])
    try expectRefusal(66, ["data", "info", path + ".h5"], [path + ".h5"])
    try expectRefusal(66, ["verify", path + ".h5"], [path + ".h5"])
    try expectRefusal(66, ["plan", path + ".yaml"], [path + ".yaml"])
    #expect(files(below: folder).isEmpty)
  }

  @Test func `An empty folder or selection, as of an unset variable, is a usage error`() throws {
    let file = try write("benchmarks: [rehearsal]\nmethods: [kmeans]\n", to: "empty.yaml")
    for option in ["--data", "--results"] {
      try expectRefusal(64, ["plan", file, option, ""], [option, "a folder is needed"])
    }
    try expectRefusal(64, ["data", "list", "--data", ""], ["a folder is needed"])
    let help = try program.run(["run", "--help"]).output
    #expect(help.contains("(default: data)") && help.contains("(default: results)"), "\(help)")
    for only in ["", ",", "seed=0,"] {
      try expectRefusal(
        64, ["plan", file, "--only", only], ["benchmark=NAME, method=NAME or seed=NUMBER"])
    }
  }

  @Test func `A mistyped experiment file is answered with the nearest one`() throws {
    let file = try write("benchmarks: [rehearsal]\nmethods: [kmeans]\n", to: "temperature.yaml")
    for wrong in ["temprature.yaml", "temperature", "temperature.yml"] {
      try expectRefusal(66, ["plan", "\(folder)/\(wrong)"], ["did you mean '\(file)'?"])
    }
    try expectRefusal(66, ["plan", "temperature"], ["did you mean 'temperature.yaml'?"])
    _ = try write("benchmarks: [rehearsal]\nmethods: [kmeans]\n", to: "experiments/widths.yaml")
    try expectRefusal(66, ["plan", "widths"], ["did you mean 'experiments/widths.yaml'?"])
    try expectRefusal(66, ["plan", "nowhere.yaml"], ["experiments/rehearsal.yaml"])
  }

  @Test func `A batch file that is not whole records is bad data`() throws {
    try expectRefused(["data_batch_2.bin", "record 499", "3072 of 3073 bytes"]) { folder in
      try edit(folder + "/data_batch_2.bin") { $0.removeLast() }
    }
  }

  @Test func `A single file of an archive is refused with the folder to give`() throws {
    let file = try Self.data.get() + "/originals/rehearsal/data_batch_2.bin"
    try expectRefusal(
      65, ["data", "prepare", "rehearsal", "--from", file, "--data", folder],
      ["this is a single file of the archive; give its folder"])
  }

  @Test func `The name of a benchmark without a file is answered with the next command`() throws {
    for command in ["verify", "info"] {
      try expectRefusal(
        66, ["data", command, "cifar100", "--data", folder],
        ["\(folder)/cifar100.h5", "next: scl data fetch cifar100 --data \(folder)"])
    }
  }

  @Test func `A label over 9 is bad data, named by its record`() throws {
    try expectRefused(["test_batch.bin", "record 7", "label 10"]) { folder in
      try edit(folder + "/test_batch.bin") { $0[7 * 3073] = 10 }
    }
  }

  @Test func `A file that is not there is listed as missing images`() throws {
    try expectRefused(["data_batch_5.bin: 0 of 500", "--partial"]) { folder in
      try FileManager.default.removeItem(atPath: folder + "/data_batch_5.bin")
    }
  }

  @Test func `Other class names than the benchmark's are bad data`() throws {
    try expectRefused(["batches.meta.txt", "airplane"]) { folder in
      try Data("airplane\ndog\n".utf8).write(
        to: URL(fileURLWithPath: folder + "/batches.meta.txt"))
    }
  }

  @Test func `An unreadable JPEG in a class folder is bad data, named by its file`() throws {
    let image = try write("not a JPEG", to: "tree/train/disc/broken.jpg")
    try expectRefusal(
      65,
      [
        "data", "prepare", "rehearsal", "--partial", "--from", folder + "/tree", "--to",
        folder + "/made/out.h5",
      ], [image])
    #expect(files(below: folder + "/made").isEmpty)
  }

  @Test func `A truncated or damaged benchmark file is bad data`() throws {
    let path = folder + "/rehearsal.h5"
    try FileManager.default.copyItem(atPath: Self.data.get() + "/rehearsal.h5", toPath: path)
    try edit(path) { $0.removeLast($0.count / 2) }
    try expectRefusal(65, ["data", "info", path], [path])
    _ = try write("no HDF5 at all", to: "rehearsal.h5")
    try expectRefusal(65, ["data", "verify", path], [path, "not an HDF5 file"])
  }

  @Test func `A benchmark file whose pixels changed does not verify`() throws {
    let path = folder + "/rehearsal.h5"
    try FileManager.default.copyItem(atPath: Self.data.get() + "/rehearsal.h5", toPath: path)
    try edit(path) { $0[$0.count / 2] ^= 1 }
    try expectRefusal(65, ["data", "verify", path], [path, "SHA-256"])
  }

  @Test func `A misspelt key is bad data with file, line and the nearest key`() throws {
    let file = try write("benchmarks: [rehearsal]\nmethds: [scl]\n", to: "a.yaml")
    try expectRefusal(65, ["plan", file], ["\(file):2", "methds", "did you mean 'methods'?"])
  }

  @Test func `An unknown method is bad data in a file, usage on the command line`() throws {
    let file = try write("benchmarks: [rehearsal]\nmethods: [slc]\n", to: "a.yaml")
    try expectRefusal(65, ["run", file], ["\(file):2", "'slc'", "did you mean 'scl'?"])
    try expectRefusal(64, ["methods", "slc"], ["'slc'", "did you mean 'scl'?"])
    #expect(files(below: folder) == ["a.yaml"], "no results folder is made")
  }

  @Test func `An unknown benchmark and a wrong override are usage errors`() throws {
    try expectRefusal(
      64, ["data", "prepare", "cifar01", "--from", folder], ["did you mean 'cifar10'?"])
    let file = try write("benchmarks: [rehearsal]\nmethods: [kmeans]\n", to: "a.yaml")
    try expectRefusal(64, ["plan", file, "--set", "restrts=3"], ["did you mean 'restarts'?"])
    #expect(try program.run(["plan"]).exitCode == 64)
    #expect(try program.run(["no-such-command"]).exitCode == 64)
  }

  @Test func `A results folder that cannot be written fails before any run`() throws {
    let file = try write("benchmarks: [rehearsal]\nmethods: [kmeans]\n", to: "a.yaml")
    // A file stands where the folder should: refused to every user, root too.
    let results = try write("", to: "results")
    try expectRefusal(
      74, ["run", file, "--data", Self.data.get(), "--results", results], [results])
  }

  @Test func `A benchmark that is not prepared is missing input with its remedy`() throws {
    let file = try write("benchmarks: [cifar10]\nmethods: [kmeans]\n", to: "a.yaml")
    try expectRefusal(
      66, ["run", file, "--data", folder],
      [folder + "/cifar10.h5", "scl data fetch cifar10 --data \(folder)"])
  }

  @Test func `Tables that cannot be read are missing input`() throws {
    let file = try write("benchmarks: [rehearsal]\nmethods: [kmeans]\n", to: "a.yaml")
    try expectRefusal(
      66, ["diff", file, "--data", Self.data.get(), "--against", folder + "/none.md"],
      [folder + "/none.md"])
  }
}
