import Core
import Foundation
import Records
import Testing

extension RecordsTests {
  @Suite struct ResultsFolderTests {
    private func folder(_ results: String, _ method: String, _ seed: UInt64) -> RunFolder {
      RunFolder(
        results: results, experiment: "paper", benchmark: "cifar10", method: method, seed: seed)
    }

    @Test func `Runs come in a fixed order with their states, seeds as numbers`() throws {
      try withFolder { results in
        let failure = RunFailure(
          identity: "a", kind: .killed, reason: "killed by signal 9", lastLogLines: [])
        for seed: UInt64 in [10, 2, 1] {
          try exampleRecord(seed: seed).write(to: folder(results, "scl", seed).record)
        }
        try failure.write(to: folder(results, "byol", 0).failure)
        try AtomicFile.write(Data("weights".utf8), to: folder(results, "byol", 7).checkpoint)
        let runs = try ResultsFolder(results).runs()
        #expect(runs.map(\.method) == ["byol", "byol", "scl", "scl", "scl"])
        #expect(runs.map(\.seed) == [0, 7, 1, 2, 10])
        #expect(runs.map(\.folder.path).last == folder(results, "scl", 10).path)
        #expect(
          runs.map(\.state) == [
            .failed(failure), .unfinished, .finished(exampleRecord(seed: 1)),
            .finished(exampleRecord(seed: 2)), .finished(exampleRecord(seed: 10)),
          ])
        #expect(try ResultsFolder(results).runs(of: "paper") == runs)
      }
    }

    @Test func `A record counts before a failure and a checkpoint`() throws {
      try withFolder { results in
        let place = folder(results, "scl", 3)
        try AtomicFile.write(Data("weights".utf8), to: place.checkpoint)
        try RunFailure(identity: "a", kind: .error, reason: "b", lastLogLines: []).write(
          to: place.failure)
        try exampleRecord().write(to: place.record)
        #expect(try place.state() == .finished(exampleRecord()))
      }
    }

    @Test func `What is not a run's folder is passed over`() throws {
      try withFolder { results in
        for name in ["seed-x", "seed-01", "seed--1", "notes", ".hidden"] {
          try AtomicFile.createFolder("\(results)/paper/cifar10/scl/\(name)")
        }
        try AtomicFile.write(Data("text".utf8), to: "\(results)/paper/README.md")
        #expect(try ResultsFolder(results).runs() == [])
        #expect(try ResultsFolder(results).experiments() == ["paper"])
        #expect(try ResultsFolder(results).runs(of: "other") == [])
        #expect(try ResultsFolder(results + "/missing").runs() == [])
      }
    }

    @Test func `A record that cannot be read is an error that names it`() throws {
      try withFolder { results in
        let place = folder(results, "scl", 3)
        try AtomicFile.write(Data("{\"schema\": 1".utf8), to: place.record)
        let error = #expect(throws: RecordError.self) { try ResultsFolder(results).runs() }
        #expect(error?.description.contains(place.record) == true)
      }
    }

    @Test func `A record in another run's folder is an error`() throws {
      try withFolder { results in
        let place = folder(results, "scl", 4)
        try exampleRecord(seed: 3).write(to: place.record)
        #expect(
          throws: RecordError.misplaced(
            file: place.record, key: "seed", found: "3", expected: "4")
        ) {
          try ResultsFolder(results).runs()
        }
      }
    }
  }
}
