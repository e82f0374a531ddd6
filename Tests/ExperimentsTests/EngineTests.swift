import Core
import Experiments
import Foundation
import Metrics
import Records
import Testing
import Torch

/// Results of another device, precision or libtorch than would compute them now.
extension ExperimentsTests {
  private static let engines = """
    benchmarks: [rehearsal]
    methods: [instdisc]
    settings: {defaults: {epochs: 2, width: 16}}
    """

  private func planned(
    _ text: String = engines, device: Device? = nil, precision: PrecisionChoice = .auto,
    recomputes: Bool = false, readsOnly: Bool = false
  ) throws -> PlannedRun {
    let plan = try Plan(
      read(text),
      options: RunOptions(
        data: Self.data.get(), results: folder + "/results", device: device, precision: precision,
        recomputes: recomputes),
      registry: .builtIn, needsData: !readsOnly)
    return try #require(plan.runs.first)
  }

  /// Inputs of the same run on a card.
  private func onCard(_ run: PlannedRun) -> IdentityInputs {
    var inputs = run.identityInputs
    (inputs.device, inputs.precision, inputs.libtorch) = ("cuda", "bfloat16", "9.9.9")
    return inputs
  }

  /// Writes what a node with a card would have left behind.
  private func finishOnCard() throws {
    let run = try planned()
    try FileManager.default.createDirectory(
      atPath: run.folder.path, withIntermediateDirectories: true)
    try record(of: run, onCard(run)).write(to: run.folder.record)
  }

  /// The record of a run with these inputs.
  func record(of run: PlannedRun, _ inputs: IdentityInputs) throws -> RunRecord {
    try RunRecord(
      identity: inputs.identity(), experiment: run.experiment, benchmark: run.benchmark.name,
      method: run.row.name, methodTitle: run.row.title, methodFamily: .contrastive,
      methodVersion: inputs.methodVersion, seed: run.seed, profile: run.profile,
      settings: run.settings, protocol: run.runProtocol,
      metrics: RunMetrics(
        scores: Scores([.nmi: 0.5, .acc: 0.5, .ari: 0.5, .nmiArithmetic: 0.5, .nmiGeometric: 0.5]),
        images: 3000,
        clusters: 10, clusterSizes: Array(repeating: 300, count: 10)),
      timing: RunTiming(seconds: 1, imagesPerSecond: 9, peakMemoryBytes: 1, resumptions: 0),
      provenance: Provenance(
        sourceRevision: "r",
        benchmarkFile: BenchmarkProvenance(
          contentHash: inputs.benchmarkContentHash, complete: true, images: 3000,
          definitionImages: 3000, sourceFormat: "cifar-binary", rehearsalOf: nil),
        presentation: inputs.presentation.map { PresentationProvenance(version: $0, order: "") },
        libtorch: inputs.libtorch, openBLAS: "0.3", device: inputs.device, deviceName: "H100",
        precision: inputs.precision, threads: 1, finishedAt: "2026-11-25T00:00:00Z"))
  }

  @Test func `Images of one's own have the size of the largest protocol when their file is gone`()
    throws
  {
    // Read first where "kmeans" comes before "nmf".
    for (method, size) in [("kmeans", 16), ("nmf", 64)] {
      let place = RunFolder(
        results: folder + "/results", experiment: "trial", benchmark: "lamps", method: method,
        seed: 0)
      var record = try record(of: planned(), planned().identityInputs)
      (record.benchmark, record.method) = ("lamps", method)
      record.protocol.imageSize = size
      try FileManager.default.createDirectory(atPath: place.path, withIntermediateDirectories: true)
      try record.write(to: place.record)
    }
    let file = try write(
      """
      benchmarks: [lamps]
      methods: [kmeans, nmf]
      protocol: {methods: {kmeans: {image_size: 16}}}
      """, to: "trial.yaml")
    let experiment = try ExperimentFile(registry: .builtIn, results: folder + "/results").read(file)
    let runs = try Plan(
      experiment, options: RunOptions(data: folder + "/none", results: folder + "/results"),
      registry: .builtIn, needsData: false
    ).runs
    #expect(runs.first { $0.row.name == "nmf" }?.runProtocol.imageSize == 64)
  }

  @Test func `A finished run stands, whatever computed it, and the difference is told`() throws {
    try finishOnCard()
    let expected = ["libtorch 9.9.9, now \(Torch.version)", "device cuda, now cpu"]
    for device in [nil, Device.cpu] {
      let run = try planned(device: device)
      #expect(run.state.status == .finished)
      #expect(run.otherEngine == expected)
      #expect(try run.identity == onCard(run).identity())
    }
    let exact = try planned(device: .cpu, precision: .float32)
    #expect(exact.state.status == .finished)
    #expect(exact.otherEngine == expected + ["precision bfloat16, now float32"])
  }

  @Test func `A finished run of another engine is computed again only where that is asked for`()
    throws
  {
    try finishOnCard()
    guard case .stale(let engine) = try planned(recomputes: true).state else {
      Issue.record("it is not stale")
      return
    }
    #expect(engine.contains("libtorch 9.9.9, now \(Torch.version)"))
    // Other settings are another run on any engine.
    let changed = try planned(Self.engines.replacing("epochs: 2", with: "epochs: 3"))
    guard case .stale(let differences) = changed.state else {
      Issue.record("\(changed.state.status)")
      return
    }
    #expect(differences.contains("epochs 2, now 3"))
    #expect(differences.contains("device cuda, now cpu"))
  }

  @Test func `Who reads results takes those of any engine, or those that are asked for`() throws {
    try finishOnCard()
    #expect(try planned(readsOnly: true).state.status == .finished)
    #expect(try planned(device: .cuda, readsOnly: true).state.status == .finished)
    #expect(try planned(device: .cpu, readsOnly: true).state.status == .stale)
    #expect(try planned(precision: .bfloat16, readsOnly: true).state.status == .finished)
    #expect(try planned(precision: .float32, readsOnly: true).state.status == .stale)
  }

  @Test func `A failure on a card is shown everywhere, and a sweep on the processor begins anew`()
    throws
  {
    let run = try planned()
    var inputs = run.identityInputs
    (inputs.device, inputs.precision) = ("cuda", "bfloat16")
    try FileManager.default.createDirectory(
      atPath: run.folder.path, withIntermediateDirectories: true)
    let failure = RunFailure(
      identity: try inputs.identity(), kind: .outOfMemory, reason: "the card is full",
      lastLogLines: [])
    try failure.write(to: run.folder.failure)
    #expect(try planned(readsOnly: true).state == .failed(failure))
    #expect(try planned(device: .cpu, readsOnly: true).state == .unfinished)
    #expect(try planned().state == .unfinished)
    #expect(try planned(device: .cuda, precision: .bfloat16).state == .failed(failure))
  }

  @Test func `What trains no network is computed by the processor, whatever the device`() throws {
    let text = "benchmarks: [rehearsal]\nmethods: [kmeans]\n"
    let (card, processor) = (try planned(text, device: .cuda), try planned(text, device: .cpu))
    #expect(card.device == .cpu && card.identity == processor.identity)
    #expect(try planned(device: .cuda).device == .cuda)
  }

  @Test(
    .enabled(if: !Torch.hasCUDA, "this machine has a card"))
  func `A run for a card fails where there is none, and says what to do`() throws {
    let run = try planned(device: .cuda)
    let error = #expect(throws: ExperimentError.self) {
      try RunExecution(
        run,
        options: RunOptions(
          data: Self.data.get(), results: folder + "/results", device: .cuda),
        experiment: read(Self.engines)
      ).run()
    }
    #expect(error?.description.contains("build with LIBTORCH") == true)
    #expect(try RunFailure.read(from: run.folder.failure).reason == error?.description)
  }
}
