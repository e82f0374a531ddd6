import Foundation
import Metrics
import Records
import Reporting
import Testing

/// Event files of TensorBoard. Expected bytes are those of tensorboard 2.21.0 in Python: its `Event` messages, serialised
/// and written by its `RecordWriter`.
@Suite struct TensorBoardTests {
  private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  @Test func `An event file has the bytes that TensorBoard writes`() {
    var file = EventFile(wallTime: 1_764_374_400.5)
    file.add([("loss", 2.3), ("score/acc", 0)], step: 1)
    file.add([("loss/contrast", -1e-3)], step: 300)
    let expected =
      // The version of the format.
      "1800000000000000a37f4b2209000020e08d4ada411a0d627261696e2e4576656e743a32bdbf1c38"
      // Two scalars, one of them 0.
      + "2c00000000000000f4aecc4509000020e08d4ada4110012a1f0a0b0a046c6f737315333313400a100a09"
      + "73636f72652f6163631500000000f3a0fa06"
      // A step of two bytes and a negative value.
      + "2400000000000000422b804d09000020e08d4ada4110ac022a160a140a0d6c6f73732f636f6e7472617374"
      + "156f1283bad4755c84"
    #expect(hexadecimal(file.bytes) == expected)
  }

  /// The tags in the bytes of a file, which stand there as they are.
  private func occurrences(of tag: String, in file: EventFile) -> Int {
    String(decoding: file.bytes, as: Unicode.ASCII.self).components(separatedBy: "\(tag)\u{15}")
      .count - 1
  }

  @Test func `A run has its history over epochs and its scores at the end`() throws {
    let folder = NSTemporaryDirectory() + "events-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let trained = SampleRuns.record(SampleRuns.scl, on: "cifar10", 10, 20, 30)
    let pixels = SampleRuns.record(SampleRuns.kMeans, on: "cifar10", 5, 6, 7)
    let place = RunFolder(path: folder + "/run")
    try FileManager.default.createDirectory(atPath: place.path, withIntermediateDirectories: true)
    var history = History()
    for epoch in 1...3 {
      try history.append(
        HistoryRow(
          epoch: epoch, loss: 1, partialLosses: [PartialLoss("a", 0.5), PartialLoss("b", 0.5)],
          learningRate: 0.1,
          scores: epoch == 3 ? Scores([.nmi: 0.1, .acc: 0.2, .ari: 0.3]) : nil,
          readOuts: epoch == 3
            ? [ReadOutScores("boundary", Scores([.nmi: 0.1, .acc: 0.2, .ari: 0.3]))] : [],
          measures: epoch == 3 ? [RecordedMeasure("agreement", 0.5)] : []))
    }
    try history.write(to: place.history)
    var sources = ReportSources()
    sources.folders[.init(trained)] = place
    let table = try ResultTable(
      ExperimentResults(experiment: "sample", profile: "default", records: [trained, pixels]))
    let events = try TensorBoardRuns(table, from: sources)
    #expect(Set(events.runs.map(\.name)) == ["cifar10/scl/seed-0", "cifar10/kmeans/seed-0"])
    let run = try #require(events.runs.first { $0.name.contains("scl") }).file
    #expect(occurrences(of: "loss", in: run) == 3 && occurrences(of: "loss/b", in: run) == 3)
    #expect(occurrences(of: "score/acc", in: run) == 1)
    #expect(occurrences(of: "score/boundary/acc", in: run) == 1)
    #expect(occurrences(of: "measure/agreement", in: run) == 1)
    #expect(occurrences(of: "result/acc", in: run) == 1)
    let other = try #require(events.runs.first { $0.name.contains("kmeans") }).file
    #expect(occurrences(of: "loss", in: other) == 0)
    #expect(occurrences(of: "result/ari", in: other) == 1)

    try events.write(to: folder + "/events")
    try events.write(to: folder + "/events")
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder + "/events")
      .filter { $0.contains("tfevents") }
    #expect(names.count == 2)
  }
}
