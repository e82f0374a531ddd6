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

  /// Of all experiments in the results folder.
  private let records: [RunRecord]
  /// The model of the processor and of the GPU.
  private let machines: [Device: String]
  private let threads: Int
  private let data: BenchmarkFolder

  /// Reads the records of the results folder. Unreadable records are skipped; reports name them.
  init(_ plan: Plan, machines: [Device: String], threads: Int) {
    // A record that cannot be read is no estimate; reports name it.
    let folder = ResultsFolder(plan.options.results)
    records = ((try? folder.experiments()) ?? []).flatMap { name in
      ((try? folder.runs(of: name)) ?? []).compactMap { run in
        if case .finished(let record) = run.state { record } else { nil }
      }
    }
    self.machines = machines
    self.threads = threads
    data = BenchmarkFolder(plan.options.data)
  }

  /// The median time of the finished runs that differ from `run` in seed and epochs at most, scaled
  /// to its epochs, and the largest peak memory of theirs. Nil without such a run on this kind of
  /// machine.
  func estimate(for run: PlannedRun) -> RunEstimate? {
    let hasFile = data.hasFile(of: run.benchmark)
    let trains = run.epochs > 0
    var inputs = run.identityInputs
    // Not another engine's, which a finished run may have.
    inputs.device = run.device.rawValue
    inputs.precision = run.precision.rawValue
    inputs.libtorch = Torch.version
    let wanted = Kind(
      inputs, hasFile: hasFile, trains: trains, machine: machines[run.device] ?? "unknown",
      threads: threads)
    let alike = records.filter { record in
      // Cheap differences first.
      record.benchmark == run.benchmark.name
        && record.variantOf ?? record.method == inputs.method
        && (hasFile || record.provenance.benchmarkFile.complete)
        && wanted
          == Kind(
            IdentityInputs(record), hasFile: hasFile, trains: trains,
            machine: record.provenance.deviceName, threads: record.provenance.threads)
    }
    guard !alike.isEmpty else { return nil }
    let seconds = alike.map { record in
      guard trains, let epochs = record.ownEpochs(as: run.method), epochs > 0 else {
        return record.timing.seconds
      }
      return record.timing.seconds * (Double(run.ownEpochs) / Double(epochs))
    }.sorted()
    return RunEstimate(
      seconds: seconds[seconds.count / 2],
      memoryBytes: alike.map(\.timing.peakMemoryBytes).max() ?? 0, source: .finishedRun)
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
