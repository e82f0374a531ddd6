import Foundation
import HDF5
import Records
import Testing

/// `scl features` and `scl assign`: what finished runs make of their own and of other images.
extension CommandLineTests {
  /// Methods whose runs can be applied, small: one for each way in which a cluster is made or, in slow tests,
  /// every one.
  private static let applied = """
    benchmarks: [rehearsal]
    methods: [kmeans, iic, instdisc, byol, scl\(
      Program.isSlow ? ", ae, deepcluster, pica, cc, scan, simclr, moco, idfd" : "")]
    protocol: {train: test, score: test}
    settings:
      defaults: {epochs: 1, width: 16, stem: small-pool, batch_size: 64, restarts: 1\(Program.isSlow ? ", neighbours: 5" : "")}
      methods:
        scl: {warmup_epochs: 0}
        \(Program.isSlow ? "cc: {view_size: 32}" : "")
    """

  private func onApplied(
    _ command: String, _ more: [String] = [], text: String = applied
  ) throws -> Program.Result {
    try program.run(
      [
        command, write(text, to: "applied.yaml"), "--data", Self.data.get(), "--results",
        "\(folder)/kept", "--precision", "float32",
      ] + more)
  }

  private func appliedFolder(_ method: String) -> RunFolder {
    RunFolder(
      results: "\(folder)/kept", experiment: "applied", benchmark: "rehearsal", method: method,
      seed: 0)
  }

  private func assign(
    _ method: String, _ images: String, _ more: [String] = []
  ) throws -> Program.Result {
    try program.run(["assign", appliedFolder(method).path, "--images", images] + more)
  }

  @Test func `A finished run puts its own images where it put them, from its folder alone`() throws
  {
    let run = try onApplied("run", ["--quiet"])
    #expect(run.exitCode == 0, "\(run.errors)")
    let listed = try onApplied("assignments", ["--json"]).objects()
    let file = try Self.data.get() + "/rehearsal.h5"
    for method in Set(listed.compactMap { $0["method"] as? String }).sorted() {
      let expected = listed.filter { $0["method"] as? String == method }
      let found = try assign(method, file, ["--json", "--data", "nowhere"]).objects()
      // The whole file, of which the run scored the test images.
      let clusters = Dictionary(
        uniqueKeysWithValues: found.map { ($0["file"] as? String, $0["cluster"] as? Int) })
      let same = expected.count { clusters[$0["file"] as? String] == $0["cluster"] as? Int }
      // Batches of other images may round a tie otherwise.
      #expect(same * 200 >= expected.count * 199, "\(method): \(same) of \(expected.count)")
      // Softmax heads tell how sure they are, methods that end in a k-means do not.
      let isSure = ["iic", "pica", "cc", "scan", "scl"].contains(method)
      for images in [expected, found] {
        let confidences = images.compactMap { $0["confidence"] as? Double }
        #expect(confidences.count == (isSure ? images.count : 0), "\(method)")
        // The largest of ten probabilities.
        #expect(confidences.allSatisfy { 0.0999...1 ~= $0 }, "\(method)")
      }
      let matched = expected.compactMap { $0["matched"] as? String }
      #expect(Set(found.compactMap { $0["matched"] as? String }).isSuperset(of: matched))
    }
    // One seed each, so that only a confidence can order the images of a montage.
    let page = try onApplied("report", ["--format", "html", "--only", "method=iic"])
    #expect(page.output.contains("By the confidence that the run recorded"), "\(page.errors)")
    #expect(page.output.contains(", confidence 0.") || page.output.contains(", confidence 1."))
    #expect(!page.output.contains("In no order"))
  }

  private static let one = """
    benchmarks: [rehearsal]
    methods: [instdisc, kmeans, random-labels]
    protocol: {train: test, score: test}
    settings: {defaults: {epochs: 1, width: 16, stem: small-pool, batch_size: 64, restarts: 1}}
    """

  /// The smallest PNG of one pixel.
  private static let pixel =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="

  @Test func `New images are read as prepared ones are, from folders and single files`() throws {
    #expect(try onApplied("run", text: Self.one).exitCode == 0)
    let pixel = try #require(Data(base64Encoded: Self.pixel))
    let place = folder + "/new"
    try FileManager.default.createDirectory(
      atPath: place + "/deep", withIntermediateDirectories: true)
    for name in ["=a.png", "deep/b.png"] {
      try pixel.write(to: URL(fileURLWithPath: "\(place)/\(name)"))
    }
    let both = try assign("instdisc", place)
    #expect(both.exitCode == 0 && both.lines.count == 3, "\(both.errors)")
    #expect(
      both.lines[0] == "file,cluster,matched,confidence" && both.lines[1].hasPrefix("'=a.png,"))
    #expect(both.lines[2].hasPrefix("deep/b.png,"))
    let single = try assign("kmeans", place + "/deep/b.png")
    #expect(single.exitCode == 0 && single.lines.count == 2, "\(single.errors)")

    try Data("no image".utf8).write(to: URL(fileURLWithPath: place + "/c.png"))
    let refused = try assign("instdisc", place)
    #expect(refused.exitCode == 65 && refused.errors.contains("c.png"), "\(refused.errors)")
    let rest = try assign("instdisc", place, ["--skip-unreadable"])
    #expect(rest.exitCode == 0 && rest.lines.count == 3, "\(rest.errors)")
    #expect(rest.errors.contains("unreadable, left out") && rest.errors.contains("c.png"))
  }

  @Test func `Nothing of new images stays behind, neither without a reader nor after a Ctrl-C`()
    throws
  {
    #expect(try onApplied("run", ["--only", "method=kmeans"], text: Self.one).exitCode == 0)
    let pixel = try #require(Data(base64Encoded: Self.pixel))
    let (place, temporary) = (folder + "/new", folder + "/temporary")
    for path in [place, temporary] {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    try pixel.write(to: URL(fileURLWithPath: place + "/0.png"))
    for number in 1..<5_000 { link(place + "/0.png", "\(place)/\(number).png") }
    let arguments = [
      "TMPDIR=\(temporary)", Program.path, "assign", appliedFolder("kmeans").path, "--images",
      place,
    ]
    var shell = program
    shell.path = "/bin/sh"
    let unread = try shell.run(["-c", "env \"$@\" | true", "sh"] + arguments)
    #expect(unread.exitCode == 0 && unread.output.isEmpty, "\(unread.errors)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: temporary) == [])

    var environment = program
    environment.path = "/usr/bin/env"
    let stopped = try environment.start(arguments)
    try wait("the images are prepared") {
      try !FileManager.default.contentsOfDirectory(atPath: temporary).isEmpty
    }
    kill(stopped.processIdentifier, SIGINT)
    try stopped.waitForEnd()
    #expect(stopped.terminationStatus == 130)
    #expect(try FileManager.default.contentsOfDirectory(atPath: temporary) == [])
  }

  @Test func `What a run did not keep, or a method cannot do, is refused with what to do`() throws {
    #expect(try onApplied("run", text: Self.one).exitCode == 0)
    let file = try Self.data.get() + "/rehearsal.h5"
    let random = try assign("random-labels", file)
    #expect(random.exitCode == 64 && random.errors.contains("random-labels cannot run here"))
    let instDisc = appliedFolder("instdisc")
    try FileManager.default.removeItem(atPath: instDisc.assignmentState)
    let centres = try assign("instdisc", file)
    #expect(centres.exitCode == 64 && centres.errors.contains("no centres"), "\(centres.errors)")
    #expect(centres.output.isEmpty)
    try FileManager.default.removeItem(atPath: instDisc.encoder)
    for refused in [
      try assign("instdisc", file),
      try onApplied("features", ["--only", "method=instdisc", "--out", "f.h5"], text: Self.one),
    ] {
      #expect(refused.exitCode == 66 && refused.output.isEmpty, "\(refused.errors)")
      #expect(refused.errors.contains("'scl run' computes the run again"), "\(refused.errors)")
    }
    #expect(try assign("nothing", file).exitCode == 66)
    #expect(try assign("kmeans", "nowhere").exitCode == 66)
  }

  @Test(
    .enabled(if: geteuid() == 0, "needs the right to mount a small file system"))
  func `A full disk is told by its name and the file that was to be written`() throws {
    let run = try onApplied("run", ["--only", "method=instdisc"], text: Self.one)
    #expect(run.exitCode == 0, "\(run.errors)")
    let disk = folder + "/disk"
    try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
    try #require(mount("tmpfs", disk, "tmpfs", 0, "size=64k") == 0)
    defer { umount(disk) }
    let full = try onApplied(
      "features", ["--only", "method=instdisc", "--quiet", "--out", "\(disk)/f.h5"],
      text: Self.one)
    #expect(full.exitCode == 74 && full.output.isEmpty)
    #expect(full.errorLines.last == "error: cannot write '\(disk)/f.h5': No space left on device")
    #expect(try FileManager.default.contentsOfDirectory(atPath: disk) == [])
  }

  @Test func `A record that was edited is refused by the commands that make its network anew`()
    throws
  {
    let run = try onApplied("run", ["--only", "method=instdisc"], text: Self.one)
    #expect(run.exitCode == 0, "\(run.errors)")
    let path = appliedFolder("instdisc").record
    let written = try String(contentsOfFile: path, encoding: .utf8)
    let identity = try RunRecord.read(from: path).identity
    let file = try Self.data.get() + "/rehearsal.h5"
    for (before, after) in [
      ("\"imageSize\" : 32", "\"imageSize\" : 65536"), ("\"width\" : 16", "\"width\" : 1"),
    ] {
      let edited = written.replacing(before, with: after)
      try #require(edited != written)
      try Data(edited.utf8).write(to: URL(fileURLWithPath: path))
      for refused in [
        try assign("instdisc", file),
        try onApplied(
          "features", ["--identity", identity, "--out", "\(folder)/f.h5"], text: Self.one),
      ] {
        #expect(refused.exitCode == 65 && refused.output.isEmpty, "\(refused.errors)")
        #expect(refused.errors.contains("the record was edited"), "\(refused.errors)")
        #expect(refused.errors.contains(path), "\(refused.errors)")
      }
    }
  }

  @Test func `Features are those of the scored images, a group for each run with a network`() throws
  {
    #expect(try onApplied("run", text: Self.one).exitCode == 0)
    let made = try onApplied("features", ["--out", "\(folder)/f.h5", "--json"], text: Self.one)
    #expect(made.errors.contains("left out: 2 without a network"), "\(made.errors)")
    let line = try #require(try made.objects().first)
    #expect(line["group"] as? String == "rehearsal/instdisc/seed-0")
    #expect(line["dimensions"] as? [String: Int] == ["features": 128, "embeddings": 128])
    let record = try RunRecord.read(from: appliedFolder("instdisc").record)
    let group = try HDF5File(reading: "\(folder)/f.h5").group("rehearsal/instdisc/seed-0")
    #expect(try group.stringAttribute("identity") == record.identity)
    let assignments = try appliedFolder("instdisc").readAssignments(of: record)
    #expect(try group.dataSet("indices").read() == assignments.indices)
    #expect(try group.dataSet("predicted").read() == assignments.predicted)
    #expect(try group.dataSet("truth").read() == assignments.truth)
    #expect(try group.dataSet("features").shape == [record.metrics.images, 128])
    // Embeddings are unit vectors.
    let rows: [Float] = try group.dataSet("embeddings").read(rows: 0..<10)
    for row in 0..<10 {
      let length = rows[row * 128..<(row + 1) * 128].reduce(0) { $0 + $1 * $1 }
      #expect(abs(length - 1) < 1e-4)
    }
    // The run has kept a sample of them in the plane, with its silhouette for tables.
    let kept = try #require(try appliedFolder("instdisc").readProjection(of: record))
    #expect(kept.vectors == "embeddings" && kept.dimensions == 128)
    #expect(kept.places.count == min(record.metrics.images, Projection.mostImages))
    #expect(kept.varianceShares[0] >= kept.varianceShares[1] && kept.varianceShares[1] > 0)
    let silhouette = try #require(kept.silhouette)
    let table = try onApplied(
      "report", ["--score", "silhouette", "--format", "csv-runs"], text: Self.one)
    let own = try #require(table.lines.first { $0.contains("instdisc") }?.split(separator: ","))
    #expect(own.contains { Double($0).map { abs($0 - 100 * silhouette) < 1e-3 } ?? false })
    #expect(!FileManager.default.fileExists(atPath: appliedFolder("kmeans").projection))
    let runs = try onApplied("clusters", ["--json"], text: Self.one).objects()
      .filter { $0["kind"] as? String == "run" }
    let shown = runs.compactMap { $0["silhouette"] as? Double }
    #expect(shown.count == 1 && abs(shown[0] - 100 * silhouette) < 1e-3)
    // A damaged one leaves out its run, and says what to do.
    let projection = appliedFolder("instdisc").projection
    let intact = try Data(contentsOf: URL(fileURLWithPath: projection))
    try Data("no HDF5".utf8).write(to: URL(fileURLWithPath: projection))
    let partly = try onApplied(
      "report", ["--score", "acc", "--score", "silhouette"], text: Self.one)
    try intact.write(to: URL(fileURLWithPath: projection))
    #expect(partly.exitCode == 0 && partly.output.contains("k-means"), "\(partly.errors)")
    let text = partly.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(text.contains("is not an HDF5 file; remove"), "\(text)")
    let none = try onApplied(
      "features", ["--only", "method=kmeans", "--out", "g.h5"], text: Self.one)
    #expect(none.exitCode == 64 && none.errors.contains("it has no network"), "\(none.errors)")
  }
}
