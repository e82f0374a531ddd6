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
}
