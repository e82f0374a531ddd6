import Foundation
import Testing

/// `scl report --format html` and `--figures` on finished runs.
extension CommandLineTests {
  @Test func `The page shows images of clusters where the benchmark file is at hand`() throws {
    let file = try write(
      "title: A < B?\nbenchmarks: [rehearsal]\nmethods: [kmeans]\nseeds: 2\n", to: "page.yaml")
    let folders = ["--data", try CommandLineTests.data.get(), "--results", "\(folder)/results"]
    let run = try program.run(["run", file, "--quiet"] + folders)
    try #require(run.exitCode == 0, "\(run.errors)")

    let page = try program.run(["report", file, "--format", "html"] + folders)
    #expect(page.exitCode == 0, "\(page.errors)")
    #expect(page.output.contains("<h1>A &lt; B?</h1>"))
    #expect(page.output.contains("data:image/png;base64,iVBORw0KGgo"))
    #expect(page.output.contains(", 2 of 2 seeds agree"))
    #expect(page.output.contains("seed 1</summary>"))
    #expect(
      page.output.contains("By the number of the 2 seeds that put the image into the cluster"))
    #expect(page.output.contains(">Least typical of its class<"))
    // A single seed of a method without a confidence has no order.
    let single = try program.run(
      ["report", file, "--format", "html", "--only", "seed=0"] + folders)
    #expect(
      single.output.contains("In no order") && !single.output.contains("typical of its class"))
    // The same bytes at another time, and no images where none are wanted.
    #expect(
      try program.run(["report", file, "--format", "html"] + folders).output == page.output)
    let without = try program.run(
      ["report", file, "--format", "html", "--montage", "0"] + folders)
    #expect(!without.output.contains("data:image"))

    // A terminal gets no megabytes of HTML: util-linux's script runs a command in one.
    let typed = ([Program.path, "report", file, "--format", "html"] + folders)
      .map { "'\($0)'" }.joined(separator: " ")
    let terminal = try Program(folder: folder, path: "/usr/bin/script")
      .run(["-qec", typed, "/dev/null"])
    #expect(terminal.exitCode == 64 && terminal.output.contains("'> page.html'"))

    let elsewhere = ["--data", "\(folder)/none", "--results", "\(folder)/results"]
    let bare = try program.run(["report", file, "--format", "html"] + elsewhere)
    #expect(bare.output.contains("no images: the benchmark file is not at hand"))
    #expect(bare.output.contains(">triangle</text>"))
  }

  @Test func `Figures are written beside the table, which stays as it is`() throws {
    let file = try write(
      "benchmarks: [rehearsal]\nmethods: [kmeans]\nseeds: 1\n", to: "figures.yaml")
    let folders = ["--data", try CommandLineTests.data.get(), "--results", "\(folder)/results"]
    let run = try program.run(["run", file, "--quiet"] + folders)
    try #require(run.exitCode == 0, "\(run.errors)")
    let plain = try program.run(["report", file] + folders)
    let drawn = try program.run(["report", file, "--figures", "\(folder)/drawn"] + folders)
    #expect(drawn.exitCode == 0 && drawn.output == plain.output)
    #expect(
      files(below: "\(folder)/drawn") == [
        "confusion-rehearsal-kmeans.svg", "scores-rehearsal.svg", "sizes-rehearsal-kmeans.svg",
      ])
    try expectRefusal(64, ["report", file, "--montage", "900"] + folders, ["0 to 50"])
  }

  @Test func `TensorBoard's event files are a format with a folder, which only it has`() throws {
    let file = try write(
      "benchmarks: [rehearsal]\nmethods: [kmeans]\nseeds: 1\n", to: "events.yaml")
    let folders = ["--data", try CommandLineTests.data.get(), "--results", "\(folder)/results"]
    let run = try program.run(["run", file, "--quiet"] + folders)
    try #require(run.exitCode == 0, "\(run.errors)")
    let format = ["report", file, "--format", "tensorboard"]
    let logged = try program.run(format + ["--out", "\(folder)/events"] + folders)
    #expect(logged.exitCode == 0 && logged.output.isEmpty)
    #expect(logged.errors.contains("wrote 1 event file to"), "\(logged.errors)")
    #expect(
      files(below: "\(folder)/events").filter { $0.hasSuffix(".scl") }
        == ["rehearsal/kmeans/seed-0/events.out.tfevents.0.scl"])
    try expectRefusal(64, format + folders, ["name a folder", "--out tensorboard"])
    try expectRefusal(64, ["report", file, "--out", "\(folder)/x"] + folders, ["'> FILE'"])
    // Of a seed that has not run there is nothing to write.
    let other = try write(
      "benchmarks: [rehearsal]\nmethods: [random-labels]\nseeds: 1\n", to: "events.yaml")
    try expectRefusal(
      66, ["report", other, "--format", "tensorboard", "--out", "\(folder)/y"] + folders,
      ["not run"])
  }
}
