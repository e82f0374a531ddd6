import Benchmarks
import Experiments
import HDF5
import Methods
import Records
import Testing
import Torch
import Vision

/// Bands of brightness with one number per image where others have a vector.
private final class BrightnessCodes: TrainedMethod {
  typealias Settings = BrightnessBands.Settings

  static let description = MethodDescription(
    name: "codes", title: "Codes of brightness", family: .deepClustering, version: 1,
    reference: "Nobody, 2024", summary: "clusters of equal size by brightness, with codes")

  private struct MeanBrightness: Coder {
    func callAsFunction(_ input: Tensor, training: Bool) -> Tensor {
      input.mean(along: [1, 2, 3])
    }
  }

  private struct Layers: Module {
    let bands: any Module
    var children: [(name: String, module: any Module)] {
      [("bands", bands), ("encoder", MeanBrightness())]
    }
  }

  private let bands: BrightnessBands

  init(_ inputs: Inputs) throws { bands = try BrightnessBands(inputs) }

  var inputs: Inputs { bands.inputs }
  var plan: TrainingPlan { bands.plan }
  var augmentation: Augmentation { bands.augmentation }
  var network: any Module { Layers(bands: bands.network) }
  var memory: [NamedTensor] { bands.memory }

  func beginEpoch(_ epoch: Int) throws { try bands.beginEpoch(epoch) }
  func loss(_ batch: Batch) throws -> [LossTerm] { try bands.loss(batch) }
  func assign(_ images: ImageSet) throws -> [Int32] { try bands.assign(images) }
}

extension ExperimentsTests {
  @Test func `Features of a method with a number per image are refused, with their shape`() throws {
    let registry = MethodRegistry.builtIn.adding([BrightnessCodes.self])
    let text = """
      benchmarks: [rehearsal]
      methods: [codes]
      protocol: {train: test, score: test}
      settings: {defaults: {epochs: 1, batch_size: 250, restarts: 1}}
      """
    let plan = try Plan(
      ExperimentFile(registry: registry).read(write(text, to: "trial.yaml")),
      options: RunOptions(
        data: Self.data.get(), results: folder + "/results", precision: .float32, threads: 1),
      registry: registry)
    let run = plan.runs[0]
    try RunExecution(
      run, options: plan.options, experiment: plan.experiment,
      hooks: RunHooks(report: { _ in }, stop: StopRequest())
    ).run()
    let output = try HDF5File(creating: folder + "/features.h5")
    let file = try BenchmarkFile.open(Self.data.get() + "/rehearsal.h5")
    #expect(
      throws: MethodError.unsupported(
        method: "codes", reason: "its embeddings have the shape [500], not [N, D]")
    ) {
      try FeatureExport(registry: registry, device: .cpu, threads: 1).add(
        RunRecord.read(from: run.folder.record), in: run.folder, from: file, to: output, as: "run"
      ) { _, _ in }
    }
  }
}
