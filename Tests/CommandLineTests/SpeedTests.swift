import Foundation
import Testing

/// `scl-speed`, which the scripts of benchmarks/ call.
extension CommandLineTests {
  private var speed: Program {
    Program(folder: folder, path: Program.executable("scl-speed"))
  }

  @Test(arguments: ["kmeans", "spectral", "agglomerative", "nmf"])
  func `A classical method is timed on the images of a prepared file`(_ method: String) throws {
    let file = try Self.data.get() + "/rehearsal.h5"
    let timed = try speed.run(["classical", method, file, "--images", "200"])
    #expect(timed.exitCode == 0, "\(timed.errors)")
    #expect(timed.output.contains(/^\w+: [\d.]+ s for 200 x 3072 pixels with K = 10;/))
    let wrong = try speed.run(["classical", method, file, "--set", "x=1"])
    #expect(wrong.exitCode != 0 && wrong.errors.contains("unknown setting 'x'"))
  }

  @Test func `Decoding is timed on a folder of images`() throws {
    let montage = "\(folder)/pictures/montage.png"
    let file = try Self.data.get() + "/rehearsal.h5"
    #expect(try program.run(["data", "montage", file, "--out", montage]).exitCode == 0)
    let timed = try speed.run(["decode", folder + "/pictures", "--rounds", "2"])
    #expect(timed.output.contains(/^decode: [\d.]+ images\/s to 112 pixels.* over 1 files/))
    #expect(try speed.run(["decode", folder + "/nothing"]).exitCode != 0)
  }

  @Test func `Views and scores are timed`() throws {
    let views = try speed.run(["augment", "--batch", "4", "--rounds", "1", "--threads", "1"])
    #expect(views.output.contains(/^augment: [\d.]+ images\/s; 32 px, batch 4/), "\(views.errors)")
    let scores = try speed.run(["score", "--points", "1000", "--clusters", "10", "--rounds", "1"])
    #expect(scores.output.contains(/^score: [\d.]+ ms; 1000 points, K = 10, NMI 0\.\d+,/))
    #expect(try speed.run(["score", "--points", "0"]).exitCode != 0)
  }

  @Test func `The growth of a step is printed and drawn`() throws {
    let figure = folder + "/width.svg"
    let timed = try speed.run([
      "growth", "width", "--values", "32,16", "--out", figure, "--batch", "2", "--image-size", "16",
      "--steps", "1", "--threads", "1",
    ])
    #expect(timed.exitCode == 0, "\(timed.errors)")
    #expect(timed.output.contains(/^width 16: [\d.]+ ms .*\nwidth 32: [\d.]+ ms/))
    let drawing = try String(contentsOfFile: figure, encoding: .utf8)
    #expect(drawing.contains("<svg") && drawing.contains("channels of the first stage"))
    #expect(try speed.run(["growth", "width", "--values", "x"]).exitCode != 0)
  }

  @Test func `Steps of methods are timed beside SimCLR's, from an untrained stage too`() throws {
    let small = [
      "methods", "--batch", "8", "--width", "16", "--image-size", "16", "--images", "64",
      "--steps", "1", "--threads", "1",
    ]
    let table = try speed.run(small + ["--only", "gcc,dec", "--markdown"])
    #expect(table.exitCode == 0, "\(table.errors)")
    // GCC shows two views of each image and of four neighbours one; DEC has a network of its own.
    #expect(table.output.contains(/\n\| gcc \| same \| 6 \| 48 \| [\d.]+ \|/))
    #expect(table.output.contains(/\n\| dec \| own \| 1 \| 8 \| [\d.]+ \|/))
    let objects = try speed.run(small + ["--only", "scan", "--json"]).objects()
    let (step, image) = (objects[0]["ratio"] as? Double, objects[0]["ratioPerImage"] as? Double)
    #expect(step ?? 0 > 0 && step == image)
    let refused = try speed.run(small + ["--only", "kmeans,cc"])
    #expect(refused.exitCode == 1 && refused.errors.contains("kmeans cannot be timed: "))
    #expect(refused.lines.last?.hasPrefix("cc ") == true)
  }
}
