import Records
import Reporting
import Testing

@Suite struct RemarkTests {
  private func run(
    _ method: TableMethod, seed: UInt64, device: String, trains: Bool = true
  ) -> RunOutcome {
    var record = SampleRuns.record(method, on: "cifar10", seed: seed, 30, 40, 20)
    record.timing.imagesPerSecond = trains ? 100 : nil
    record.provenance.device = device
    return SampleRuns.finished(record)
  }

  @Test func `a table of several engines says which figures are of the rarer one`() throws {
    let table = try SampleRuns.table(
      [SampleRuns.kMeans, SampleRuns.moco, SampleRuns.scl],
      [
        // What trains no network is of no device.
        run(SampleRuns.kMeans, seed: 0, device: "cpu", trains: false),
        run(SampleRuns.moco, seed: 0, device: "cuda"),
        run(SampleRuns.moco, seed: 1, device: "cuda"),
        run(SampleRuns.scl, seed: 0, device: "cuda"), run(SampleRuns.scl, seed: 1, device: "cpu"),
      ])
    let remark =
      "Computed with cpu, float32, libtorch 1.13.1, other runs with cuda, float32, libtorch "
      + "1.13.1: SCL on CIFAR-10 (seed 1)"
    let text = table.rendered(as: .json)
    #expect(text.contains(remark), "\(text)")
    #expect(TableDiff(table, against: table).remarks == [remark])
  }

  @Test func `a table of one engine says nothing of it`() throws {
    let table = try SampleRuns.table(
      [SampleRuns.kMeans, SampleRuns.scl],
      [
        run(SampleRuns.kMeans, seed: 0, device: "cpu", trains: false),
        run(SampleRuns.scl, seed: 0, device: "cuda"),
      ])
    #expect(!table.rendered(as: .json).contains("Computed with"))
  }

  @Test func `what the network sees is noted where it is not the image's size`() throws {
    var record = SampleRuns.record(SampleRuns.pica, on: "cifar10", 30, 40, 20)
    record.settings["view_size"] = 224
    let table = try SampleRuns.table(
      [SampleRuns.pica, SampleRuns.scl],
      [
        SampleRuns.finished(record),
        SampleRuns.finished(SampleRuns.record(SampleRuns.scl, on: "cifar10", 30, 40, 20)),
      ])
    #expect(table.rendered(as: .markdown).contains("the network input is 224 px"))
  }

  @Test func `a run that left clusters without images is named with its seed`() throws {
    func run(_ method: TableMethod, seed: UInt64, sizes: [Int]) -> RunOutcome {
      var record = SampleRuns.record(method, on: "cifar10", seed: seed, 30, 40, 20)
      record.metrics.clusterSizes = sizes
      return SampleRuns.finished(record)
    }
    let table = try SampleRuns.table(
      [SampleRuns.kMeans, SampleRuns.pica, SampleRuns.scl],
      [
        run(SampleRuns.kMeans, seed: 0, sizes: Array(repeating: 6_000, count: 10)),
        run(SampleRuns.pica, seed: 0, sizes: [60_000] + Array(repeating: 0, count: 9)),
        run(SampleRuns.pica, seed: 1, sizes: Array(repeating: 6_000, count: 10)),
        run(SampleRuns.pica, seed: 2, sizes: Array(repeating: 6_666, count: 9) + [0]),
        run(SampleRuns.scl, seed: 1, sizes: Array(repeating: 6_666, count: 9) + [0]),
      ])
    #expect(
      table.rendered(as: .json).contains(
        "Clusters without images: PICA on CIFAR-10, seed 0: 9 of 10, seed 2: 1 of 10; SCL on CIFAR-10, "
          + "seed 1: 1 of 10"))
    let full = try SampleRuns.table(
      [SampleRuns.kMeans],
      [run(SampleRuns.kMeans, seed: 0, sizes: Array(repeating: 6_000, count: 10))])
    #expect(!full.rendered(as: .json).contains("without images"))
  }
}
