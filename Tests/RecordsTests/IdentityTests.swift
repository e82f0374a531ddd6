import Core
import Foundation
import Records
import Testing

extension RecordsTests {
  @Suite struct IdentityTests {
    /// Python: hashlib.sha256(json.dumps(inputs, sort_keys=True, separators=(",", ":")).encode()).
    @Test func `An identity is the SHA-256 of the inputs' sorted JSON`() throws {
      #expect(
        try IdentityInputs(exampleRecord()).identity()
          == "c37ff86da0e9cec7a046f2d50b7be335f50c674942153ff734da9ca2ff8f2f31")
    }

    @Test func `Every input counts, and threads, revision and times do not`() throws {
      let record = exampleRecord()
      let identity = try IdentityInputs(record).identity()
      let changes: [(inout RunRecord) -> Void] = [
        { $0.benchmark = "stl10" }, { $0.method = "simclr" }, { $0.methodVersion = 3 },
        { $0.seed = 4 }, { $0.profile = "quick" }, { $0.settings["epochs"] = .integer(31) },
        { $0.settings["new"] = .boolean(true) }, { $0.protocol.train = .train },
        { $0.protocol.score = .test }, { $0.protocol.imageSize = 33 },
        { $0.protocol.checkpoint = .bestByLabels }, { $0.protocol.evaluateEvery = 5 },
        { $0.protocol.nmi = .geometric },
        { $0.provenance.presentation = PresentationProvenance(version: 1, order: "a") },
        { $0.provenance.benchmarkFile.contentHash = "other" }, { $0.provenance.libtorch = "2.0" },
        { $0.provenance.device = "cuda" }, { $0.provenance.precision = "bfloat16" },
      ]
      for change in changes {
        var other = record
        change(&other)
        #expect(try IdentityInputs(other).identity() != identity)
        #expect(IdentityInputs(record).differences(to: IdentityInputs(other)).count == 1)
      }
      var elsewhere = record
      elsewhere.provenance.threads = 64
      elsewhere.provenance.sourceRevision = "other"
      elsewhere.provenance.finishedAt = "later"
      elsewhere.timing.seconds = 1
      elsewhere.checkpointEpoch = 7
      #expect(try IdentityInputs(elsewhere).identity() == identity)
    }

    @Test func `A run of the time when images came in the file's order is stale and says so`()
      throws
    {
      let record = try identifiedRecord()
      var planned = IdentityInputs(record)
      planned.presentation = 1
      #expect(
        try record.staleness(against: planned)
          == ["order of images the file's, now drawn from their content (version 1)"])
    }

    @Test func `A record of the planned run is not stale, however often it was read`() throws {
      try withFolder { folder in
        let record = try identifiedRecord()
        try record.write(to: folder + "/run.json")
        let read = try RunRecord.read(from: folder + "/run.json")
        #expect(try read.staleness(against: IdentityInputs(record)) == [])
        #expect(try IdentityInputs(read).identity() == record.identity)
      }
    }

    @Test func `A stale record says which inputs differ`() throws {
      let record = try identifiedRecord()
      var planned = IdentityInputs(record)
      planned.settings["epochs"] = .integer(40)
      planned.settings["symmetric"] = nil
      planned.settings["warmup"] = .integer(5)
      planned.protocol.train = .train
      #expect(
        try record.staleness(against: planned) == [
          "training split train+test, now train", "epochs 30, now 40",
          "symmetric true, now without", "warmup not set, now 5",
        ])
    }

    @Test func `Another benchmark file is told by its images, or by short hashes`() throws {
      var record = try identifiedRecord()
      record.provenance.benchmarkFile.images = 9_353
      record.provenance.benchmarkFile.contentHash = String(repeating: "a1", count: 32)
      record.identity = try IdentityInputs(record).identity()
      var planned = IdentityInputs(record)
      planned.benchmarkContentHash = String(repeating: "b2", count: 32)
      planned.settings["epochs"] = .integer(40)
      #expect(
        try record.staleness(against: planned, images: 60_000) == [
          "prepared from 9,353 images, now 60,000", "epochs 30, now 40",
        ])
      let hashes = "benchmark content a1a1a1a1a1a1, now b2b2b2b2b2b2"
      #expect(try record.staleness(against: planned) == [hashes, "epochs 30, now 40"])
      #expect(try record.staleness(against: planned, images: 9_353).first == hashes)
    }

    @Test func `A record that was changed by hand is stale too`() throws {
      var record = try identifiedRecord()
      record.settings["epochs"] = .integer(40)
      for planned in [IdentityInputs(record), IdentityInputs(try identifiedRecord())] {
        let reasons = try record.staleness(against: planned)
        #expect(reasons.count == 1 && reasons[0].contains("edited"))
      }
      let error = #expect(throws: RecordError.self) {
        try record.requireOwnIdentity(in: "seed-3/run.json")
      }
      #expect(error?.description.hasPrefix("'seed-3/run.json': its identity") == true)
      try identifiedRecord().requireOwnIdentity(in: "seed-3/run.json")
    }
  }
}
