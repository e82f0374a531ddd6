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
        #expect(place.state() == .finished(exampleRecord()))
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

    @Test func `A record that cannot be read is that run's state, and the others are there`() throws
    {
      try withFolder { results in
        let place = folder(results, "scl", 3)
        try AtomicFile.write(Data("{\"schema\": 1".utf8), to: place.record)
        try exampleRecord(seed: 4).write(to: folder(results, "scl", 4).record)
        let runs = try ResultsFolder(results).runs()
        #expect(
          runs.map(\.state) == [
            .damaged(.malformed(file: place.record, key: "", problem: "is not JSON")),
            .finished(exampleRecord(seed: 4)),
          ])
      }
    }

    @Test func `A record in another run's folder is damage`() throws {
      try withFolder { results in
        let place = folder(results, "scl", 4)
        try exampleRecord(seed: 3).write(to: place.record)
        #expect(
          try ResultsFolder(results).runs().map(\.state) == [
            .damaged(
              .misplaced(file: place.record, key: "seed", found: "3", expected: "4"))
          ])
      }
    }

    @Test(arguments: [
      (
        "history.csv", "epoch,loss,learning_rate,images_per_second,nmi,acc,ari\n1,0.5,0.1,,,,\n2,0."
      ),
      ("history.csv", "epoch,loss,learning_rate,images_per_second,nmi,acc,ari\n1,nan,0.1,,,,\n"),
      ("history.csv", ""), ("assignments.h5", "no HDF5"), ("failed.json", "{"),
      ("failed.json", "{\"attempts\": 9223372036854775807}"),
    ])
    func `A damaged file beside the record, or in its place, is that run's state`(
      name: String, content: String
    ) throws {
      try withFolder { results in
        let place = folder(results, "scl", 3)
        if name != "failed.json" { try exampleRecord().write(to: place.record) }
        try AtomicFile.write(Data(content.utf8), to: "\(place.path)/\(name)")
        guard case .damaged(let error) = place.state() else {
          Issue.record("\(place.state())")
          return
        }
        #expect(error.description.contains(name))
      }
    }
  }
}
