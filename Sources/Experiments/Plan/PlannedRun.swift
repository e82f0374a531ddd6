import Benchmarks
import Core
import Domain
import Foundation
import Methods
import Records
import Torch

/// One run of an experiment: a row on a benchmark with a seed, with everything resolved: settings,
/// protocol, identity, and what its folder holds.
///
///     let run = plan.runs[0]
///     run.label  // "cifar10 / scl / seed 0"
///     run.settings["epochs"]  // 200
///     if case .finished(let record) = run.state { print(record.metrics) }
package struct PlannedRun: Sendable {
  /// The name of the experiment, with its profile: "cpu@quick".
  package let experiment: String
  package let benchmark: BenchmarkDefinition
  /// The method under its own name, or a variant of it.
  package let row: MethodRow
  package let seed: UInt64
  /// The run that this one starts from, which is in the plan before it unless nothing needs it any more; nil for most.
  package let stage: Combination?
  /// The identity of that run.
  let origin: StageIdentity?
  /// The workload of the run that this one starts from, and of those before it; 0 for most.
  let stageWorkload: Double
  /// The method with its settings.
  package let configured: ConfiguredMethod
  /// The settings that are not the method's defaults on the benchmark, then those of the run that it
  /// starts from.
  package let departures: [Departure]
  /// The splits, the image size and the checkpoint rule, a part of the identity.
  package let runProtocol: RunProtocol
  package let profile: String
  /// The benchmark file; nil where it is not there.
  package let benchmarkFile: BenchmarkProvenance?
  /// The folder of its result, which may be one that was set aside.
  package let folder: RunFolder
  /// The device and the precision.
  let engine: RunEngine
  /// In what a finished run was computed by another device, precision or libtorch than would compute it
  /// now, in words. It is finished all the same.
  package let otherEngine: [String]
  /// Everything that the result depends on.
  package let identityInputs: IdentityInputs
  /// The hash of the identity inputs.
  package let identity: String
  /// The state when the run was planned; see `hasResult` for later.
  package let state: PlannedState

  package var method: any ClusteringMethod.Type { configured.type }
  /// Every setting with its value, defaults included.
  package var settings: [String: SettingValue] { configured.values }

  /// Whether the evaluator answers in the method's place: it is the control made of labels, which no
  /// method has. By the very type, so that nobody else's method can ask for the same.
  var isAnsweredByEvaluator: Bool { method == TrueLabels.self }

  /// What the run is of.
  package var combination: Combination {
    Combination(benchmark: benchmark.name, row: row.name, seed: seed)
  }

  /// The number of clusters, K.
  var clusters: Int { runProtocol.clusters ?? runProtocol.classes(of: benchmark) }

  /// "cifar10 / scl / seed 0"
  package var label: String {
    "\(benchmark.name) / \(row.name) / seed \(seed)"
  }

  /// The value of `--only` that chooses this run alone.
  package var selector: String {
    "benchmark=\(benchmark.name),method=\(row.name),seed=\(seed)"
  }

  /// Epochs of training, a stage's warm-up included; 0 for a method that does not train.
  package var epochs: Int {
    guard method is any TrainedMethod.Type, let epochs = settings.epochs else {
      return 0
    }
    return epochs
  }

  /// The first epoch that this run trains, counted from 0: those before it are its stage's.
  package var firstEpoch: Int { min(configured.stage?.epochs ?? 0, epochs) }

  /// Epochs that this run trains itself.
  package var ownEpochs: Int { epochs - firstEpoch }

  /// Pixels of views that are learnt from in the whole run, for a complete benchmark: which of two runs
  /// is the longer one, roughly, before anything is measured. 0 for a method that does not train. With
  /// what it starts from, so that this comes first.
  package var workload: Double {
    let images = runProtocol.train.images(among: benchmark.counts, of: benchmark)
    return stageWorkload + Double(ownEpochs) * Double(images) * Double(viewSize) * Double(viewSize)
  }

  /// Height and width of what the network sees, in pixels.
  package var viewSize: Int { runProtocol.viewSize(under: settings) }
}

/// The state of a planned run, from its folder in the results.
///
/// A finished result counts only if all inputs are as planned. With other settings, another
/// protocol or other data it is `stale`, and its folder is set aside when the run starts again.
package enum PlannedState: Equatable, Sendable {
  case missing
  /// A folder exists without a result, perhaps with a checkpoint.
  case unfinished
  /// A living process works on it, here or on another machine.
  case running(LockOwner, RunActivity?)
  case finished(RunRecord)
  case failed(RunFailure)
  /// Finished under other settings or data; the differences in words.
  case stale([String])
  /// A file of the result, or of the failure, cannot be read or is not what a run writes; which, in words.
  case damaged(String)

  /// The state without its details.
  package var status: RunStatus {
    switch self {
    case .missing: .missing
    case .unfinished: .unfinished
    case .running: .running
    case .finished: .finished
    case .failed: .failed
    case .stale: .stale
    case .damaged: .damaged
    }
  }
}

/// A `PlannedState` without its details. Lists and their JSON have the raw values.
package enum RunStatus: String, Encodable, Sendable {
  case missing, unfinished, running, finished, failed, stale, damaged
  /// To be started by the sweep that shows it.
  case waiting
}

extension PlannedRun {
  /// The folder of the run that this one starts from.
  package func stageFolder(in results: String) -> RunFolder? {
    stage.map {
      RunFolder(
        results: results, experiment: experiment, benchmark: $0.benchmark, method: $0.row,
        seed: $0.seed)
    }
  }

  /// What the run starts from, finished; nil if it starts from nothing.
  /// - Throws: `ExperimentError.stageFailed`, `.stageNotFinished`, `.stageWithoutNetwork`.
  func finishedStage(in results: String) throws -> FinishedStage? {
    guard let current = stageFolder(in: results) else { return nil }
    guard let stage = identityInputs.stage, let folder = current.holding(stage) else {
      let failure = try? RunFailure.read(from: current.failure)
      if let failure, failure.identity == identityInputs.stage {
        throw ExperimentError.stageFailed(reason: failure.reason, folder: current.path)
      }
      throw ExperimentError.stageNotFinished(run: label, folder: current.path)
    }
    guard FileManager.default.fileExists(atPath: folder.encoder) else {
      throw ExperimentError.stageWithoutNetwork(run: label, record: folder.record)
    }
    return FinishedStage(file: folder.encoder)
  }
}
