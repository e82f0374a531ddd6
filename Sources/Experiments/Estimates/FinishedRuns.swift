import Domain
import Foundation
import Records
import Torch

/// The finished runs of a results folder, which tell what runs of another seed will take.
struct FinishedRuns: Sendable {
  /// What a run shares with those that take as long, apart from its number of epochs.
  private struct Kind: Hashable {
    var inputs: IdentityInputs
    var machine: String
    var threads: Int

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

  private let records: [RunRecord]
  private let machines: [Device: String]
  private let threads: Int
  private let data: BenchmarkFolder

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

  /// The median of the finished runs that differ from `run` in seed and epochs at most.
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
      guard trains, let epochs = record.settings.epochs, epochs > 0 else {
        return record.timing.seconds
      }
      return record.timing.seconds * (Double(run.epochs) / Double(epochs))
    }.sorted()
    return RunEstimate(
      seconds: seconds[seconds.count / 2],
      memoryBytes: alike.map(\.timing.peakMemoryBytes).max() ?? 0, source: .finishedRun)
  }
}
