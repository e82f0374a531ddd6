import Core
import Foundation
import Records
import Testing

extension RecordsTests {
  /// Results that make room for others.
  @Suite struct SupersededTests {
    private func place(_ results: String) -> RunFolder {
      RunFolder(results: results, experiment: "paper", benchmark: "cifar10", method: "scl", seed: 3)
    }

    /// Writes a finished run with all that may lie beside its record.
    private func finish(_ place: RunFolder, epochs: Int) throws -> RunRecord {
      var record = exampleRecord()
      record.settings["epochs"] = .integer(epochs)
      record.identity = try IdentityInputs(record).identity()
      try AtomicFile.write(Data("log of \(epochs)".utf8), to: place.log)
      try AtomicFile.write(Data("weights of \(epochs)".utf8), to: place.encoder)
      try AtomicFile.write(Data("state".utf8), to: place.checkpoint)
      try record.write(to: place.record)
      return record
    }

    private func text(_ path: String) throws -> String {
      try String(contentsOfFile: path, encoding: .utf8)
    }

    @Test func `A result is set aside under its identity with its files, and found again`() throws {
      try withFolder { results in
        let place = place(results)
        let old = try finish(place, epochs: 30)
        let aside = try #require(try place.setAside())
        #expect(aside.path == place.path + "." + old.identity.prefix(12))
        #expect(try RunRecord.read(from: aside.record) == old)
        #expect(try text(aside.log) == "log of 30" && text(aside.encoder) == "weights of 30")
        // What the next run may go on from stays.
        #expect(place.state() == .unfinished)
        #expect(
          try FileManager.default.contentsOfDirectory(atPath: place.path) == [
            "checkpoint.safetensors"
          ])
        let new = try finish(place, epochs: 40)
        #expect(place.superseded == [aside])
        #expect(place.holding(old.identity) == aside && place.holding(new.identity) == place)
        #expect(try ResultsFolder(results).runs().map(\.state) == [.finished(new)])
        #expect(try ResultsFolder(results).supersededRuns().map(\.state) == [.finished(old)])
      }
    }

    @Test func `Nothing is set aside where there is no result`() throws {
      try withFolder { results in
        let place = place(results)
        try AtomicFile.write(Data("state".utf8), to: place.checkpoint)
        #expect(try place.setAside() == nil)
        try RunFailure(identity: "a", kind: .killed, reason: "b", lastLogLines: []).write(
          to: place.failure)
        #expect(try place.setAside() == nil)
      }
    }

    @Test func `What is damaged is set aside too, each under a name of its own`() throws {
      try withFolder { results in
        let place = place(results)
        for damage in ["{", "[", "{"] {
          try AtomicFile.write(Data(damage.utf8), to: place.record)
          #expect(try place.setAside() != nil)
        }
        let names = place.superseded.map { $0.path.split(separator: "/").last ?? "" }
        #expect(
          names.count == 2 && names.allSatisfy { $0.hasPrefix("seed-3.damaged-") }, "\(names)")
      }
    }

    @Test func `A result of the same identity with other content takes a number`() throws {
      try withFolder { results in
        let place = place(results)
        var record = try finish(place, epochs: 30)
        try place.setAside()
        record.timing.seconds += 1
        try record.write(to: place.record)
        let second = try #require(try place.setAside())
        #expect(second.path.hasSuffix("-2"))
        #expect(place.superseded.count == 2)
      }
    }

    /// The folders after each step of setting aside, as a kill would leave them.
    @Test
    func
      `After a kill at any step the whole result is here or there, and the next attempt ends it`()
      throws
    {
      try withFolder { results in
        let place = place(results)
        let old = try finish(place, epochs: 30)
        let final = RunFolder(path: place.path + "." + old.identity.prefix(12))
        let temporary =
          "\(results)/paper/cifar10/scl/.seed-3.\(old.identity.prefix(12)).moving"
        // While links are made in the hidden folder.
        try AtomicFile.write(Data("half".utf8), to: temporary + "/log.txt")
        #expect(try ResultsFolder(results).runs().map(\.state) == [.finished(old)])
        #expect(try ResultsFolder(results).supersededRuns().isEmpty)
        // After it has its name, while files go one by one, the record last.
        try place.setAside()
        for name in ["run.json", "encoder.safetensors"] {
          try FileManager.default.linkItem(
            atPath: "\(final.path)/\(name)", toPath: "\(place.path)/\(name)")
        }
        #expect(place.holding(old.identity) == place)
        #expect(try place.setAside() == final)
        #expect(place.state() == .unfinished && place.superseded == [final])
        #expect(try text(final.log) == "log of 30")
        #expect(!FileManager.default.fileExists(atPath: temporary))
      }
    }
  }
}
