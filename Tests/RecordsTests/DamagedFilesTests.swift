import Core
import Foundation
import Metrics
import Records
import Testing

extension RecordsTests {
  /// Files of a run folder that anything has been done to: reading them gives a value or an error.
  @Suite struct DamagedFilesTests {
    /// Numbers at the ends of what types hold, and what is no number.
    private static let extremes = [
      "1e308", "-1e308", "1e30", "1e999", "-1", "-9223372036854775808", "9223372036854775807",
      "18446744073709551616", "0.1e-400", "null", "true", "\"text\"", "[]", "{}",
      "\"\\u0000\\ud800\"",
      String(repeating: "[", count: 3000), "\"" + String(repeating: "x", count: 100_000) + "\"",
    ]

    private struct Damage {
      private var random: RandomStream

      init(_ seed: Int) {
        random = RandomStream(seed: UInt64(seed), purpose: .rehearsal, epoch: 2_000)
      }

      mutating func number(below limit: Int) -> Int {
        min(max(limit - 1, 0), Int(random.uniform() * Double(limit)))
      }

      /// A copy with flipped bits, a piece cut off or out, or an extreme value in a value's place.
      mutating func done(to bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        switch number(below: 5) {
        case 0: return Array(bytes.prefix(number(below: bytes.count)))
        case 1:
          for _ in 0...number(below: 16) where !bytes.isEmpty {
            bytes[number(below: bytes.count)] ^= 1 << UInt8(number(below: 8))
          }
          return bytes
        case 2:
          let start = number(below: bytes.count)
          bytes.removeSubrange(start..<min(bytes.count, start + 1 + number(below: 40)))
          return bytes
        default: return withExtreme(bytes)
        }
      }

      private mutating func withExtreme(_ bytes: [UInt8]) -> [UInt8] {
        // The text behind a colon or a comma, up to the next comma or line break.
        let starts = bytes.indices.filter { bytes[$0] == 0x3A || bytes[$0] == 0x2C }
        guard !starts.isEmpty else { return bytes }
        let start = starts[number(below: starts.count)] + 1
        let end = bytes[start...].firstIndex { [0x2C, 0x0A, 0x7D].contains($0) } ?? bytes.endIndex
        let value = DamagedFilesTests.extremes[number(below: DamagedFilesTests.extremes.count)]
        return bytes[..<start] + Array(" \(value)".utf8) + bytes[end...]
      }
    }

    private func folder(_ results: String) throws -> RunFolder {
      let place = RunFolder(
        results: results, experiment: "paper", benchmark: "cifar10", method: "scl", seed: 3)
      let record = try identifiedRecord()
      var history = History()
      for epoch in 1...4 {
        try history.append(
          HistoryRow(
            epoch: epoch, loss: 1 / Double(epoch), learningRate: 0.1, imagesPerSecond: 100,
            scores: Scores([.nmi: 0.5, .acc: 0.5, .ari: 0.5])))
      }
      try history.write(to: place.history)
      try Assignments(
        identity: record.identity, benchmarkContentHash: "c0ffee", indices: [0, 1, 2],
        predicted: [0, 1, 1], truth: [0, 1, 2]
      ).write(to: place.assignments)
      try RunActivity(
        identity: record.identity,
        progress: RunProgress(phase: "training", epoch: 1, epochs: 4, fraction: 0.3, loss: 1),
        updatedAt: Date(timeIntervalSince1970: 1e9)
      ).write(to: place.progress)
      try RunFailure(identity: record.identity, kind: .killed, reason: "x", lastLogLines: ["y"])
        .write(to: place.failure)
      try AtomicFile.write(Data(#"{"host":"a","pid":1,"since":1,"boot":"b"}"#.utf8), to: place.lock)
      try record.write(to: place.record)
      return place
    }

    @Test func `No damage to a file of a run folder traps`() throws {
      try withFolder { results in
        let place = try folder(results)
        let files = [
          place.record, place.history, place.assignments, place.progress, place.failure, place.lock,
        ]
        let originals = try files.map { [UInt8](try Data(contentsOf: URL(fileURLWithPath: $0))) }
        var found = 0
        for seed in 0..<360 {
          let index = seed % files.count
          var damage = Damage(seed)
          let damaged = damage.done(to: originals[index])
          try Data(damaged).write(to: URL(fileURLWithPath: files[index]))
          if index == 4 { unlink(place.record) }
          let runs = try ResultsFolder(results).runs()
          #expect(runs.count == 1)
          if isDamaged(runs[0].state) { found += 1 }
          _ = try? History.read(from: place.history)
          _ = try? Assignments.read(from: place.assignments)
          if let activity = RunActivity.read(from: place.progress) {
            #expect((0...1).contains(activity.progress.fraction) && activity.progress.epoch >= 0)
          }
          _ = RunLock.owner(place.lock)
          for (path, bytes) in zip(files, originals) {
            try Data(bytes).write(to: URL(fileURLWithPath: path))
          }
        }
        // Most of it is noticed.
        #expect(found > 80, "\(found)")
      }
    }

    private func isDamaged(_ state: RunState) -> Bool {
      if case .damaged = state { true } else { false }
    }

    @Test func `A file that is a folder, a pipe or far too large is damage`() throws {
      try withFolder { results in
        let place = try folder(results)
        unlink(place.record)
        mkfifo(place.record, 0o600)
        #expect(isDamaged(place.state()), "a pipe")
        unlink(place.record)
        try AtomicFile.createFolder(place.record)
        #expect(isDamaged(place.state()), "a folder")
        #expect(try place.setAside() != nil)
        #expect(!FileManager.default.fileExists(atPath: place.record))
        truncate(place.failure, 1 << 40)
        #expect(isDamaged(place.state()), "a terabyte")
      }
    }
  }
}
