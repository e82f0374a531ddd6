import Core
import Experiments
import Foundation
import Methods
import Records
import Testing

extension ExperimentsTests {
  private func planned(
    _ method: String, results: String, overrides: [String]
  ) throws -> PlannedRun {
    try plan(
      try read(Self.tiny, overrides: overrides), results: results, only: "method=\(method)"
    ).runs[0]
  }

  @Test func `A finished run that gets more epochs ends with the bits of a run of as many`() throws
  {
    let straight = try carryOut("instdisc", results: "straight")
    let short = try carryOut("instdisc", results: "extended", overrides: ["epochs=2"])
    #expect(exists(short.folder.lastEpoch) && !exists(short.folder.checkpoint))

    let longer = try planned("instdisc", results: "extended", overrides: [])
    #expect(longer.state == .stale(["epochs 2, now 3"]))
    #expect(longer.continuation == "goes on after epoch 2")
    #expect(longer.doneFraction == 2.0 / 3)

    var trained: Set<Int> = []
    let extended = try carryOut(
      "instdisc", results: "extended",
      report: { if $0.phase == "training" { trained.insert($0.epoch) } })
    #expect(trained == [2], "the first two epochs are not computed again")
    try expectSameBits(straight, extended)
    #expect(try record(extended).timing.resumptions == 0)

    // The shorter run stands aside with what it could go on from.
    let aside = try #require(extended.folder.superseded.first)
    #expect(try RunRecord.read(from: aside.record).identity == short.identity)
    #expect(exists(aside.lastEpoch))
  }

  @Test func `A run that was killed right after its record is gone on from, and tidied up`() throws
  {
    let straight = try carryOut("instdisc", results: "straight")
    let short = try carryOut("instdisc", results: "killed", overrides: ["epochs=2"])
    /// As the kill leaves it: the last checkpoint has not been renamed.
    func kill() throws {
      let folder = short.folder
      #expect(rename(folder.lastEpoch, folder.checkpoint) == 0)
      try FileManager.default.copyItem(atPath: folder.checkpoint, toPath: folder.previousCheckpoint)
    }
    try kill()
    short.keepLastEpoch()
    #expect(exists(short.folder.lastEpoch))
    #expect(!exists(short.folder.checkpoint) && !exists(short.folder.previousCheckpoint))

    try kill()
    let longer = try planned("instdisc", results: "killed", overrides: [])
    #expect(longer.continuation == "goes on after epoch 2")
    var trained: Set<Int> = []
    let extended = try carryOut(
      "instdisc", results: "killed",
      report: { if $0.phase == "training" { trained.insert($0.epoch) } })
    #expect(trained == [2])
    try expectSameBits(straight, extended)
    #expect(exists(try #require(extended.folder.superseded.first).lastEpoch))
  }

  @Test func `A damaged last epoch is not gone on from`() throws {
    let straight = try carryOut("instdisc", results: "straight")
    let short = try carryOut("instdisc", results: "damaged", overrides: ["epochs=2"])
    try Data("not whole".utf8).write(to: URL(fileURLWithPath: short.folder.lastEpoch))
    try expectSameBits(straight, try carryOut("instdisc", results: "damaged"))
  }

  @Test func `A run starts over where its schedule stretches with the epochs, and says why`() throws
  {
    let overrides = ["schedule=cosine"]
    let short = try carryOut("instdisc", results: "cosine", overrides: overrides + ["epochs=2"])
    #expect(!exists(short.folder.lastEpoch) && !exists(short.folder.checkpoint))
    let longer = try planned("instdisc", results: "cosine", overrides: overrides)
    #expect(
      longer.continuation == "starts over: schedule cosine depends on the number of epochs")
  }

  @Test func `A run of fewer epochs, and one of other settings, do not go on from a result`() throws
  {
    try carryOut("instdisc", results: "other")
    let fewer = try planned("instdisc", results: "other", overrides: ["epochs=2"])
    #expect(fewer.continuation == "starts over: it was trained for longer")
    let other = try planned(
      "instdisc", results: "other", overrides: ["epochs=4", "temperature=0.3"])
    #expect(other.continuation == nil)
    #expect(other.doneFraction == 0)
  }

  @Test func `What depends on a run's length are cosines and shares of the epochs`() throws {
    func dependences<Method: ClusteringMethod>(_ method: Method.Type) -> [String] {
      Method.Settings.schema.lengthDependences(of: Method.Settings())
    }
    #expect(dependences(InstanceDiscrimination.self).isEmpty)
    #expect(dependences(ContrastiveClustering.self).isEmpty)
    #expect(
      dependences(SimCLR.self) == ["learning_rate_warmup 0.01", "schedule cosine"])
    #expect(dependences(SCL.self) == ["warmup_epochs 0.2"])
    #expect(dependences(BYOL.self).contains("encoder_momentum_course cosine"))
  }
}
