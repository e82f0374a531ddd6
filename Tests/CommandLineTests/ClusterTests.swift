import Foundation
import Records
import Testing

/// From an image to its cluster: `scl assignments` and `scl clusters` on finished runs.
extension CommandLineTests {
  private static let clustering = """
    benchmarks: [rehearsal]
    methods: [kmeans, random-labels]
    protocol: {train: test, score: test}
    settings: {defaults: {restarts: 1}}
    """

  private func onClusters(
    _ command: String, _ more: [String] = [], data: String? = nil
  ) throws -> Program.Result {
    try program.run(
      [
        command, write(Self.clustering, to: "clusters.yaml"), "--data", data ?? Self.data.get(),
        "--results", "\(folder)/kept",
      ] + more)
  }

  private func clusterFolder(_ method: String) -> RunFolder {
    RunFolder(
      results: "\(folder)/kept", experiment: "clusters", benchmark: "rehearsal", method: method,
      seed: 0)
  }

  @Test func `Every scored image is listed, and its accuracy is that of the record`() throws {
    #expect(try onClusters("run").exitCode == 0)
    let record = try RunRecord.read(from: clusterFolder("kmeans").record)
    let list = try onClusters("assignments", ["--only", "method=kmeans"])
    #expect(list.exitCode == 0 && list.errors.isEmpty, "\(list.errors)")
    let rows = list.lines.dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    #expect(
      list.lines[0] == "benchmark,method,seed,index,file,split,class,cluster,matched,confidence")
    #expect(
      rows.count == record.metrics.images && rows.allSatisfy { $0.count == 10 && $0[9].isEmpty })
    #expect(rows.allSatisfy { $0[4].contains("test_batch.bin#") && $0[5] == "test" })
    let right = rows.count { $0[6] == $0[8] }
    #expect(Double(right) / Double(rows.count) == record.metrics.scores?[.acc])

    // Both methods, with the same in JSON. The option repeated selects no less.
    let both = try onClusters(
      "assignments", ["--json", "--only", "method=kmeans", "--only", "method=random-labels"]
    ).objects()
    #expect(both.count == 2 * rows.count)
    for (object, row) in zip(both, rows).prefix(20) {
      #expect(object["file"] as? String == String(row[4]))
      #expect(object["class"] as? String == String(row[6]))
      #expect(object["cluster"] as? Int == Int(row[7]))
      #expect(object["matched"] as? String == String(row[8]))
    }
    #expect(try onClusters("assignments", ["--format", "json"]).objects().count == both.count)
    try expectRefusal(
      64, ["assignments", "clusters.yaml", "--json", "--format", "csv"], ["--json conflicts"])
  }

  @Test func `Without its benchmark file, images are known by index, and pictures are refused`()
    throws
  {
    #expect(try onClusters("run").exitCode == 0)
    let list = try onClusters("assignments", ["--only", "method=kmeans"], data: "nowhere")
    #expect(list.exitCode == 0)
    #expect(
      list.errors == "'nowhere/rehearsal.h5' does not exist: images of rehearsal have no names and "
        + "splits here\n")
    let row = list.lines[1].split(separator: ",", omittingEmptySubsequences: false)
    #expect(row[4].isEmpty && row[5].isEmpty && !row[6].isEmpty)
    #expect(try onClusters("clusters", data: "nowhere").exitCode == 0)
    let refused = try onClusters("clusters", ["--montage", "pictures"], data: "nowhere")
    #expect(refused.exitCode == 66 && refused.output.isEmpty)
    #expect(refused.errors.contains("nowhere/rehearsal.h5"), "\(refused.errors)")
    #expect(refused.errors.contains("scl data prepare rehearsal"), "\(refused.errors)")
  }

  @Test func `Clusters have the record's sizes, and a picture each, the same every time`() throws {
    #expect(try onClusters("run").exitCode == 0)
    let metrics = try RunRecord.read(from: clusterFolder("kmeans").record).metrics
    var pictures: [[Data]] = []
    for place in ["one", "two"] {
      let result = try onClusters("clusters", ["--json", "--montage", place, "--images", "3"])
      let objects = try result.objects()
      #expect(result.errorLines.count == 2 && result.errors.hasPrefix("drawing 1 of 2: rehearsal"))
      let clusters = objects.filter {
        $0["kind"] as? String == "cluster" && $0["method"] as? String == "kmeans"
      }
      let sizes = clusters.compactMap { $0["images"] as? Int }
      #expect(sizes.sorted(by: >) == metrics.clusterSizes)
      let run = try #require(objects.first)
      #expect(run["kind"] as? String == "run" && run["images"] as? Int == metrics.images)
      let purity = try #require(run["purity"] as? Double)
      #expect(purity >= 100 * (metrics.scores?[.acc] ?? 1) - 1e-3)
      for (cluster, size) in zip(clusters, sizes) {
        let parts = try #require(cluster["classes"] as? [[String: Any]])
        #expect(parts.compactMap { $0["images"] as? Int }.reduce(0, +) == size)
        #expect(parts.first?["share"] as? Double == cluster["purity"] as? Double)
      }
      pictures.append(
        try clusters.map {
          let path = try #require($0["picture"] as? String)
          return try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(path)"))
        })
    }
    #expect(pictures[0] == pictures[1] && Set(pictures[0]).count == metrics.clusters)
    let text = try onClusters("clusters", ["--only", "method=kmeans"])
    #expect(text.lines.count == 2 + metrics.clusters && text.errors.isEmpty, "\(text.errors)")
    #expect(text.lines[0].hasPrefix("rehearsal / kmeans / seed 0: \(metrics.images) images in 10"))
  }

  @Test func `Superseded results are looked into by their identity`() throws {
    #expect(try onClusters("run").exitCode == 0)
    let old = try RunRecord.read(from: clusterFolder("kmeans").record)
    #expect(try onClusters("run", ["--set", "restarts=2"]).exitCode == 0)
    let new = try RunRecord.read(from: clusterFolder("kmeans").record)
    // The old settings find the old result.
    for (settings, expected) in [([], old), (["--set", "restarts=2"], new)] {
      let result = try onClusters("clusters", ["--only", "method=kmeans", "--json"] + settings)
      #expect(try result.objects().first?["identity"] as? String == expected.identity)
    }
    try FileManager.default.removeItem(
      atPath: try #require(clusterFolder("kmeans").superseded.first).path)
    let stale = try onClusters("clusters", ["--only", "method=kmeans"])
    #expect(stale.exitCode == 66 && stale.errors.contains("(1 stale)"), "\(stale.errors)")
    let found = try onClusters(
      "clusters", ["--identity", String(new.identity.prefix(10)), "--json"])
    #expect(try found.objects().first?["identity"] as? String == new.identity)
    #expect(try onClusters("assignments", ["--identity", "nothing"]).exitCode == 66)
  }

  @Test func `What runs left out, lost or mixed up is told with what to do`() throws {
    let none = try onClusters("assignments")
    #expect(none.exitCode == 66 && none.errors.contains("\(folder)/kept"), "\(none.errors)")
    #expect(try onClusters("run").exitCode == 0)
    let (kMeans, random) = (clusterFolder("kmeans"), clusterFolder("random-labels"))
    try FileManager.default.removeItem(atPath: kMeans.record)
    let partial = try onClusters("clusters")
    #expect(partial.exitCode == 0 && partial.output.hasPrefix("rehearsal / random-labels"))
    #expect(partial.errors == "left out: 1 unfinished (see 'scl status')\n", "\(partial.errors)")

    try FileManager.default.removeItem(atPath: random.assignments)
    let lost = try onClusters("assignments")
    #expect(lost.exitCode == 66 && lost.output.isEmpty && lost.errors.contains("'scl run'"))
    try FileManager.default.copyItem(atPath: kMeans.assignments, toPath: random.assignments)
    let mixed = try onClusters("assignments")
    #expect(mixed.exitCode == 65 && mixed.output.isEmpty, "\(mixed.errors)")
    #expect(mixed.errors.contains("\(random.assignments)', identity"), "\(mixed.errors)")
  }

  @Test
  func `Images without classes have clusters, sizes and pictures, and hostile names no effect`()
    throws
  {
    // The smallest PNG of one pixel.
    let pixel = try #require(
      Data(
        base64Encoded:
          "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
      ))
    try FileManager.default.createDirectory(
      atPath: folder + "/mine", withIntermediateDirectories: true)
    for name in ["=1+1", "a,b", "c\u{1B}[31m", "plain"] {
      try pixel.write(to: URL(fileURLWithPath: "\(folder)/mine/\(name).png"))
    }
    let made = try program.run([
      "data", "prepare", "mine", "--as", "folders", "--unlabelled", "--from", folder + "/mine",
      "--image-size", "8", "--data", folder + "/data",
    ])
    #expect(made.exitCode == 0, "\(made.errors)")
    let file = try write(
      "benchmarks: [mine]\nmethods: [random-labels]\nclusters: 2\n", to: "mine.yaml")
    let places = ["--data", folder + "/data", "--results", folder + "/results"]
    let run = try program.run(["run", file] + places)
    #expect(run.exitCode == 0, "\(run.errors)")

    let list = try program.run(["assignments", file] + places)
    #expect(list.exitCode == 0 && list.lines.count == 5, "\(list.errors)")
    #expect(list.output.contains(",'=1+1.png,") && list.output.contains(",\"a,b.png\","))
    #expect(!list.output.contains("\u{1B}"))
    let clusters = try program.run(["clusters", file, "--montage", folder + "/pictures"] + places)
    #expect(clusters.exitCode == 0, "\(clusters.errors)")
    #expect(clusters.output.hasPrefix("mine / random-labels / seed 0: 4 images in 2 clusters\n"))
    #expect(clusters.lines[1] == "cluster  images  share")
    let pictures = files(below: folder + "/pictures").filter { $0.hasSuffix(".png") }
    #expect(!pictures.isEmpty && pictures[0].hasPrefix("mine/random-labels/seed-0/cluster-"))
  }
}
