import Core
import Domain
import Foundation
import Records
import Testing

extension RecordsTests {
  @Suite struct RunRecordTests {
    @Test(arguments: [0, 3, UInt64.max])
    func `A record survives writing and reading, every number exactly`(seed: UInt64) throws {
      try withFolder { folder in
        let record = exampleRecord(seed: seed)
        try record.write(to: folder + "/run.json")
        #expect(try RunRecord.read(from: folder + "/run.json") == record)
      }
    }

    @Test
    func `The file has sorted keys, plain slashes and a last newline, and is the same each time`()
      throws
    {
      try withFolder { folder in
        let paths = [folder + "/a.json", folder + "/b.json"]
        for path in paths { try exampleRecord().write(to: path) }
        let texts = try paths.map { try String(contentsOfFile: $0, encoding: .utf8) }
        #expect(texts[0] == texts[1])
        #expect(texts[0].hasSuffix("}\n"))
        #expect(texts[0].contains("\"abc/1-dirty\""))
        let keys = texts[0].split(separator: "\n").filter { $0.hasPrefix("  \"") }
          .compactMap { $0.split(separator: "\"").dropFirst().first.map(String.init) }
        #expect(keys == keys.sorted() && keys.count == 15)
      }
    }

    @Test func `A variant's record names its method; others and older ones do not`() throws {
      try withFolder { folder in
        let path = folder + "/run.json"
        var record = exampleRecord()
        try record.write(to: path)
        let plain = try String(contentsOfFile: path, encoding: .utf8)
        #expect(!plain.contains("variantOf"))
        record.method = "scl-plain"
        record.variantOf = "scl"
        try record.write(to: path)
        #expect(try RunRecord.read(from: path).variantOf == "scl")
        #expect(try IdentityInputs(record).identity() == IdentityInputs(exampleRecord()).identity())
      }
    }

    @Test
    func `An older record says nothing of departures, and of pixels what its form leaves possible`()
      throws
    {
      try withFolder { folder in
        let path = folder + "/run.json"
        for (form, pixels) in [
          ("cifar-binary", PixelFidelity.original), ("class-folders", .reEncoded),
        ] {
          var record = exampleRecord()
          record.provenance.benchmarkFile.sourceFormat = form
          try record.write(to: path)
          let text = try String(contentsOfFile: path, encoding: .utf8)
          let older = text.replacing("      \"pixels\" : \"original\",\n", with: "")
          #expect(older != text && !text.contains("departures"))
          try AtomicFile.write(Data(older.utf8), to: path)
          let read = try RunRecord.read(from: path)
          #expect(read.provenance.benchmarkFile.pixels == pixels && read.departures == nil)
        }
      }
    }

    @Test func `Departures are written under name, value and default`() throws {
      try withFolder { folder in
        let path = folder + "/run.json"
        var record = exampleRecord()
        record.departures = Departure.list(
          of: ["epochs": 20, "rate": 0.1, "kind": "a"],
          from: ["epochs": 1000, "rate": 0.1, "kind": "b"],
          owner: "simclr")
        try record.write(to: path)
        #expect(try RunRecord.read(from: path) == record)
        #expect(record.departures?.map(\.name) == ["simclr.epochs", "simclr.kind"])
        let text = try String(contentsOfFile: path, encoding: .utf8)
        for line in ["\"default\" : 1000", "\"name\" : \"simclr.epochs\"", "\"value\" : 20"] {
          #expect(text.contains(line))
        }
      }
    }

    @Test func `Read-outs are one key, with scores and sizes, which changes no identity`() throws {
      try withFolder { folder in
        let path = folder + "/run.json"
        var record = exampleRecord()
        try record.write(to: path)
        #expect(!(try String(contentsOfFile: path, encoding: .utf8)).contains("readOuts"))
        record.readOuts = try ReadOutRecord(
          predictions: [.init(name: "boundary", metrics: record.metrics)],
          measures: [RecordedMeasure("agreement", 0.875)])
        try record.write(to: path)
        #expect(try RunRecord.read(from: path) == record)
        #expect(try IdentityInputs(record).identity() == IdentityInputs(exampleRecord()).identity())
        let text = try String(contentsOfFile: path, encoding: .utf8)
        for (original, damage, place) in [
          ("\"boundary\"", "\"a,b\"", "readOuts: 'a,b'"),
          (
            "\"agreement\",\n        \"value\" : 0.875", "\"nmi\",\n        \"value\" : 0.875",
            "readOuts: 'nmi'"
          ),
        ] {
          let damaged = text.replacing(original, with: damage)
          try #require(damaged != text)
          try AtomicFile.write(Data(damaged.utf8), to: path)
          let error = #expect(throws: RecordError.self) { try RunRecord.read(from: path) }
          #expect(error?.description.contains(place) == true, "\(String(describing: error))")
        }
      }
    }

    @Test func `A measure that is not finite is refused`() {
      #expect(throws: RecordError.notFinite(key: "spread")) {
        try ReadOutRecord(predictions: [], measures: [RecordedMeasure("spread", .nan)])
      }
    }

    @Test(arguments: [
      ("\"nmiArithmetic\"", "\"other\"", "metrics.nmiArithmetic", "is missing"),
      ("\"schema\"", "\"other\"", "schema", "is missing"),
      ("\"seed\" : 3", "\"seed\" : \"x\"", "seed", "is not of type"),
      ("\"train+test\"", "\"trian\"", "protocol.", "not known"),
      ("{", "", "run.json", "is not JSON"),
    ])
    func `A malformed record is refused with file and key`(
      original: String, damage: String, key: String, problem: String
    ) throws {
      try expectRefusal(of: original, changedTo: damage, naming: [key, problem])
    }

    @Test(arguments: [
      ("\"acc\" : 0.3333333333333333", "\"acc\" : 5.0", "metrics.acc"),
      ("\"acc\" : 0.3333333333333333", "\"acc\" : -1e308", "metrics.acc"),
      ("\"nmiGeometric\" : 0.30001", "\"nmiGeometric\" : 1.1", "metrics.nmiGeometric"),
      ("\"ari\" : -5e-324", "\"ari\" : -1.5", "metrics.ari"),
      (
        "\"peakMemoryBytes\" : 1099511627776", "\"peakMemoryBytes\" : -9223372036854775808",
        "timing.peakMemoryBytes"
      ),
      ("\"seconds\" : 12.75", "\"seconds\" : 1e300", "timing.seconds"),
      ("\"imageSize\" : 32", "\"imageSize\" : 9223372036854775807", "protocol.imageSize"),
      ("\"clusters\" : 3", "\"clusters\" : 1000000000", "metrics.clusters"),
    ])
    func `A number that no run can have is refused with file and key`(
      original: String, damage: String, key: String
    ) throws {
      try expectRefusal(of: original, changedTo: damage, naming: [key])
    }

    /// A record with a change in its text is refused by a message that has its path and these words.
    private func expectRefusal(
      of original: String, changedTo damage: String, naming words: [String]
    ) throws {
      try withFolder { folder in
        let path = folder + "/run.json"
        try exampleRecord().write(to: path)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let damaged = text.replacingOccurrences(of: original, with: damage)
        #expect(damaged != text)
        try AtomicFile.write(Data(damaged.utf8), to: path)
        let error = #expect(throws: RecordError.self) { try RunRecord.read(from: path) }
        let message = error?.description ?? ""
        #expect(([path] + words).allSatisfy(message.contains), "\(message)")
      }
    }

    @Test func `A record of another layout is refused as such`() throws {
      try withFolder { folder in
        let path = folder + "/run.json"
        var record = exampleRecord()
        record.schema = 99
        try record.write(to: path)
        #expect(throws: RecordError.wrongSchema(file: path, found: 99, expected: 1)) {
          try RunRecord.read(from: path)
        }
      }
    }

    @Test func `A number that is not finite is refused and no file is left`() throws {
      try withFolder { folder in
        var record = exampleRecord()
        record.metrics.scores?[.nmi] = .nan
        #expect(throws: RecordError.notFinite(key: "metrics.nmi")) {
          try record.write(to: folder + "/run.json")
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(left.isEmpty)
      }
    }

    @Test func `A failure survives writing and reading`() throws {
      try withFolder { folder in
        let failure = RunFailure(
          identity: "ab", kind: .nonFinite, reason: "the loss became nan in epoch 3",
          lastLogLines: ["a", "b"], attempts: 2)
        try failure.write(to: folder + "/failed.json")
        #expect(try RunFailure.read(from: folder + "/failed.json") == failure)
      }
    }
  }
}
