import Domain
import Foundation
import Methods
import Records
import Torch

/// The finished runs of all experiments in a results folder. They tell the time and memory of runs
/// that differ in the seed or the number of epochs only.
struct FinishedRuns: Sendable {
  /// What runs of the same duration share, apart from the number of epochs: the identity inputs
  /// without seed, stage, order, profile and normaliser, and the machine with its threads. Two runs
  /// of one kind take the same time per epoch.
  private struct Kind: Hashable {
    var inputs: IdentityInputs
    var machine: String
    var threads: Int

    /// - Parameters:
    ///   - inputs: of the run or the record.
    ///   - hasFile: whether the benchmark file exists. Without it, only records of complete copies
    ///     compare.
    ///   - trains: whether the number of epochs is left out.
    ///   - machine: the model of the processor or the GPU.
    ///   - threads: of the run.
    init(_ inputs: IdentityInputs, hasFile: Bool, trains: Bool, machine: String, threads: Int) {
      self.inputs = inputs
      self.machine = machine
      self.threads = threads
      self.inputs.seed = 0
      // A run of another seed starts from another stage.
      self.inputs.stage = nil
      // Another order of the same images takes as long.
      self.inputs.presentation = nil
      self.inputs.profile = ""
      self.inputs.protocol.nmi = .arithmetic
      if trains { self.inputs.settings[SettingName.epochs] = nil }
      // Without its file, a benchmark is taken for a complete copy.
      if !hasFile { self.inputs.benchmarkContentHash = "" }
    }
  }

  /// What is asked of a finished run.
  private struct Figures {
    let seconds: Double
    /// Epochs that it trained itself; nil for a method that does not train.
    let epochs: Int?
    let memoryBytes: Int

    init(_ record: RunRecord, of method: any ClusteringMethod.Type) {
      seconds = record.timing.seconds
      epochs = record.ownEpochs(as: method)
      memoryBytes = record.timing.peakMemoryBytes
    }
  }

  /// Those of the plan's benchmarks and methods, of all experiments in the results folder.
  private let figures: [Kind: [Figures]]
  /// The model of the processor and of the GPU.
  private let machines: [Device: String]
  private let threads: Int
  /// The benchmarks of the plan that have a file.
  private let prepared: Set<String>

  /// Reads the records of the results folder. Unreadable records are skipped; reports name them.
  init(_ plan: Plan, machines: [Device: String], threads: Int) {
    let data = BenchmarkFolder(plan.options.data)
    let benchmarks = Dictionary(
      plan.runs.map { ($0.benchmark.name, $0.benchmark) }, uniquingKeysWith: { first, _ in first })
    let prepared = Set(benchmarks.filter { data.hasFile(of: $0.value) }.keys)
    let methods = Dictionary(
      plan.runs.map { ($0.identityInputs.method, $0.method) },
      uniquingKeysWith: { first, _ in first })
    var figures: [Kind: [Figures]] = [:]
    // A record that cannot be read is no estimate; reports name it.
    let folder = ResultsFolder(plan.options.results)
    for run in ((try? folder.experiments()) ?? []).flatMap({ (try? folder.runs(of: $0)) ?? [] }) {
      guard case .finished(let record) = run.state, benchmarks[record.benchmark] != nil,
        let method = methods[record.variantOf ?? record.method]
      else { continue }
      let hasFile = prepared.contains(record.benchmark)
      guard hasFile || record.provenance.benchmarkFile.complete else { continue }
      let trains = method is any TrainedMethod.Type && record.settings.epochs ?? 0 > 0
      let kind = Kind(
        IdentityInputs(record), hasFile: hasFile, trains: trains,
        machine: record.provenance.deviceName, threads: record.provenance.threads)
      figures[kind, default: []].append(Figures(record, of: method))
    }
    self.figures = figures
    self.machines = machines
    self.threads = threads
    self.prepared = prepared
  }

  /// The median time of the finished runs that differ from `run` in seed and epochs at most, scaled
  /// to its epochs, and the largest peak memory of theirs. Nil without such a run on this kind of
  /// machine.
  /// - Parameter run: of the plan.
  func estimate(for run: PlannedRun) -> RunEstimate? {
    let trains = run.epochs > 0
    var inputs = run.identityInputs
    // Not another engine's, which a finished run may have.
    inputs.device = run.device.rawValue
    inputs.precision = run.precision.rawValue
    inputs.libtorch = Torch.version
    let kind = Kind(
      inputs, hasFile: prepared.contains(run.benchmark.name), trains: trains,
      machine: machines[run.device] ?? "unknown", threads: threads)
    guard let alike = figures[kind] else { return nil }
    let seconds = alike.map { finished in
      guard trains, let epochs = finished.epochs, epochs > 0 else { return finished.seconds }
      return finished.seconds * (Double(run.ownEpochs) / Double(epochs))
    }.sorted()
    return RunEstimate(
      seconds: seconds[seconds.count / 2], memoryBytes: alike.map(\.memoryBytes).max() ?? 0,
      source: .finishedRun)
  }
}

extension RunRecord {
  /// Epochs that the run trained itself, without those of its stage; nil for a method that does not train.
  fileprivate func ownEpochs(as method: any ClusteringMethod.Type) -> Int? {
    settings.epochs.map { epochs in
      epochs - ((try? ConfiguredMethod(method, settings))?.stage?.epochs ?? 0)
    }
  }
}
