import Foundation
import Records
import Testing

/// What `scl diff` takes for like and like, from the command line on.
extension CommandLineTests {
  /// Forty images in CIFAR-10's binary layout as a partial benchmark file.
  private func preparePartOfCIFAR() throws -> String {
    let originals = folder + "/cifar-10-batches-bin"
    try FileManager.default.createDirectory(atPath: originals, withIntermediateDirectories: true)
    var records: [UInt8] = []
    for image in 0..<40 {
      records.append(UInt8(image % 10))
      for value in 0..<3_072 { records.append(UInt8(value * (image + 1) % 251)) }
    }
    try Data(records).write(to: URL(fileURLWithPath: originals + "/data_batch_1.bin"))
    let data = folder + "/part"
    let made = try program.run(
      ["data", "prepare", "cifar10", "--partial", "--from", originals, "--data", data])
    try #require(made.exitCode == 0, "\(made.errors)")
    return data
  }

  private func paper(_ row: String) throws -> String {
    try write(
      """
      | method | row | CIFAR-10 | source | protocol | note |
      |---|---|---|---|---|---|
      \(row)

      | protocol | statistic | learns from | scored | image size | NMI | checkpoint | backbone |
      |---|---|---|---|---|---|---|---|
      | p | mean | train+test | train+test | 32 | geometric | last | ? |

      | key | source |
      |---|---|
      | P | a paper |
      """, to: "tables.md")
  }

  @Test func `A setting from the command line makes a cell not comparable, old records included`()
    throws
  {
    let file = try write("benchmarks: [cifar10]\nmethods: [kmeans]\n", to: "recipe.yaml")
    let folders = ["--data", try preparePartOfCIFAR(), "--results", folder + "/recipe"]
    let tables = try paper("| kmeans | k-means | 8.7/22.9/4.9 | P | p | |")
    let settings = ["--set", "restarts=1"]
    let run = try program.run(["run", file] + folders + settings)
    try #require(run.exitCode == 0, "\(run.errors)")
    let record = folder + "/recipe/recipe/cifar10/kmeans/seed-0/run.json"
    #expect(
      try RunRecord.read(from: record).departures?.map(\.name) == ["restarts"])
    func diff(_ more: [String] = []) throws -> String {
      try program.run(["diff", file, "--against", tables] + folders + settings + more).output
    }
    let text = try diff()
    #expect(text.contains("recipe: restarts 1 of 10"), "\(text)")
    #expect(text.contains("0 of 0 comparable, 3 not comparable (data 3)"), "\(text)")
    // A record that is older than the list is judged by the run's settings.
    var older = try RunRecord.read(from: record)
    older.departures = nil
    try older.write(to: record)
    #expect(try diff() == text)
    #expect(try diff(["--json"]).contains("\"default\":10,\"name\":\"restarts\",\"value\":1"))
  }

  @Test func `A plan is judged before anything is prepared or run`() throws {
    let file = try write(
      "benchmarks: [cifar10]\nmethods: [kmeans]\nseeds: 2\n", to: "planned.yaml")
    let tables = try paper("| kmeans | k-means | 8.7/22.9/4.9 | P | p | |")
    func judge(_ more: [String] = [], data: String = "nothing") throws -> Program.Result {
      try program.run(
        ["diff", file, "--planned", "--against", tables, "--results", folder + "/planned"]
          + ["--data", data] + more)
    }
    let plain = try judge()
    #expect(plain.exitCode == 0 && plain.errors.isEmpty, "\(plain.errors)")
    #expect(plain.output.contains("comparable 1 of 1 published rows"), "\(plain.output)")
    #expect(plain.output.contains("Not prepared yet, and judged as if"), "\(plain.output)")
    let other = try judge(["--set", "restarts=1", "--json"]).objects()
    #expect(other[0]["verdict"] as? String == "not comparable")
    #expect(other[0]["reasons"] as? [String] == ["recipe: restarts 1 of 10"])
    // Of a file that is there, its images count.
    let part = try judge(data: preparePartOfCIFAR())
    #expect(part.output.contains("data: 40 of the 60,000 images of CIFAR-10"), "\(part.output)")
    // Options on scores say nothing here.
    #expect(try judge(["--within", "2"]).exitCode == 64)
    #expect(try judge(["--against", folder]).exitCode == 64)
  }

  @Test func `A misspelt method in a file of published figures is bad data with its line`() throws {
    let file = try write("benchmarks: [rehearsal]\nmethods: [kmeans]\n", to: "quick.yaml")
    let misspelt = try paper("| kmaens | k-means | 8.7/22.9/4.9 | P | p | |")
    for arguments in [
      ["diff", file, "--against", misspelt], ["methods", "kmeans", "--against", misspelt],
    ] {
      try expectRefusal(65, arguments, ["tables.md:3: 'kmaens'", "did you mean 'kmeans'?"])
    }
    let fractions = try paper("| kmeans | k-means | 0.087/0.229/0.049 | P | p | |")
    try expectRefusal(
      65, ["methods", "kmeans", "--against", fractions], ["tables.md:3: ", "write per cent"])
    let other = try paper("| dac | DAC | 39.6/52.2/30.6 | P | p | |")
    #expect(try program.run(["methods", "kmeans", "--against", other]).exitCode == 0)
  }

  /// A 32 x 32 greyscale JPEG.
  private static let jpeg = Data(
    base64Encoded: """
      /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4R
      DgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/wAALCAAgACABAREA/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcI
      CQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcY
      GRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKj
      pKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/9oACAEBAAA/APz0
      /wCFbf8ATL9KP+Fbf9Mv0o/4Vt/0y/Sj/hW3/TL9K+q/+Fbf9Mv0o/4Vt/0y/Sj/AIVt/wBMv0o/4Vt/0y/Svqv/
      AIVt/wBMv0o/4Vt/0y/Sj/hW3/TL9KP+Fbf9Mv0r6q/4Vt/0y/Sj/hW3/TL9KP8AhW3/AEy/Sj/hW3/TL9K//9k=
      """, options: .ignoreUnknownCharacters)

  @Test func `JPEG files of raw published pixels are told by info, list and verify`() throws {
    let image = folder + "/tree/train/cat/a.jpg"
    try FileManager.default.createDirectory(
      atPath: folder + "/tree/train/cat", withIntermediateDirectories: true)
    try #require(Self.jpeg).write(to: URL(fileURLWithPath: image))
    let data = folder + "/lossy"
    let made = try program.run(
      ["data", "prepare", "cifar10", "--partial", "--from", folder + "/tree", "--data", data])
    #expect(made.exitCode == 0 && made.output.contains("re-encoded"), "\(made.errors)")
    let file = data + "/cifar10.h5"
    for command in [["info", file], ["verify", file], ["list", "--data", data]] {
      let text = try program.run(["data"] + command)
      #expect(text.exitCode == 0 && text.output.contains("re-encoded"), "\(text.output)")
      let objects = try program.run(["data"] + command + ["--json"]).objects()
      #expect(objects.first?["pixels"] as? String == "re-encoded")
    }
  }
}
