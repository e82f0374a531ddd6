/// Why an experiment cannot be read, planned or run. The description is one line that says what
/// happened, where, and what to do; `mistakes` has a line per mistake.
package indirect enum ExperimentError: Error, Hashable, Sendable {
  /// The experiment file is missing or cannot be read. `nearest` is an existing one with a similar name.
  case unreadable(file: String, nearest: String? = nil)
  /// A place in the experiment file that is not accepted.
  case invalid(file: String, line: Int?, key: String, problem: String)
  /// Several such places, in the order of their lines.
  case mistakes([ExperimentError])
  /// Benchmark files that runs need are not there.
  case missingBenchmarks([MissingBenchmark])
  /// A value on the command line that is not accepted; `option` is as the user wrote it.
  case invalidOption(option: String, problem: String)
  /// Settings of a method that cannot work together.
  case contradiction(benchmark: String, method: String, problem: String)
  /// The protocol scores images without labels.
  case labelsInScoring(benchmark: String, split: String)
  /// The benchmark, or its file, has no images in a split that the protocol names.
  case noImages(benchmark: String, split: String)
  /// Scores are asked for by labels that the benchmark does not have.
  case noFineLabels(benchmark: String)
  /// Images without labels have no number of classes.
  case clustersMissing(benchmark: String)
  /// Images without labels, and a checkpoint that labels choose.
  case noLabelsToChooseBy(benchmark: String)
  /// A benchmark file under another benchmark's name.
  case wrongBenchmark(file: String, found: String, expected: String)
  /// The images in the file are smaller than the protocol asks for. Sizes are sides in pixels.
  case wrongImageSize(benchmark: String, file: String, found: Int, expected: Int)
  /// The run that another starts from has no result of the settings that are asked for.
  case stageNotFinished(run: String, folder: String)
  /// The run that another starts from has failed.
  case stageFailed(reason: String, folder: String)
  /// Records can be had without the networks, which are not committed.
  case stageWithoutNetwork(run: String, record: String)
  /// A device that this libtorch or this machine does not have.
  case noDevice(device: String, libtorch: String)
  /// A loss term became infinite or not a number. Epochs and steps are counted from 1.
  case nonFiniteLoss(epoch: Int, step: Int, term: String)
}

/// A benchmark file that is not there.
package struct MissingBenchmark: Error, Hashable, Sendable {
  package let name: String
  /// The path at which the file is expected.
  package let path: String
  /// What the user has to do: "'scl data prepare rehearsal' generates it".
  package var remedy: String
}

extension ExperimentError: CustomStringConvertible {
  /// One line: what happened, where, and what to do.
  package var description: String {
    switch self {
    case .unreadable(let file, let nearest):
      "cannot read the experiment file '\(file)': "
        + (nearest.map { "did you mean '\($0)'?" }
          ?? "name an existing YAML file, such as experiments/rehearsal.yaml")
    case .invalid(let file, let line, let key, let problem):
      file + (line.map { ":\($0)" } ?? "") + (key.isEmpty ? "" : ": \(key)") + ": \(problem)"
    case .mistakes(let mistakes): mistakes.map(\.description).joined(separator: "\n")
    case .missingBenchmarks(let missing):
      (missing.count == 1 ? "a benchmark file is missing: " : "benchmark files are missing: ")
        + missing.map { "'\($0.path)': \($0.remedy)" }.joined(separator: "; ")
    case .invalidOption(let option, let problem): "\(option): \(problem)"
    case .contradiction(let benchmark, let method, let problem):
      "\(benchmark) / \(method): \(problem): change these settings in the experiment file or with --set"
    case .labelsInScoring(let benchmark, let split):
      "protocol score '\(split)' of \(benchmark) has images without labels: score train or test"
    case .noImages(let benchmark, let split):
      "\(benchmark) has no images in '\(split)', or its file lacks them: choose other splits in "
        + "'protocol'"
    case .noFineLabels(let benchmark):
      "protocol labels 'fine': \(benchmark) has no fine labels, or its file lacks them; remove this "
        + "key, or prepare CIFAR-100 from files that have them"
    case .clustersMissing(let benchmark):
      "\(benchmark) has no labels that tell the number of clusters: set "
        + "'clusters: {\(benchmark): K}'"
    case .noLabelsToChooseBy(let benchmark):
      "\(benchmark) has no labels, and protocol checkpoint 'best-by-labels' selects the epoch by labels: set 'last'"
    case .wrongBenchmark(let file, let found, let expected):
      "'\(file)' holds the benchmark \(found), not \(expected): prepare \(expected) into it"
    case .wrongImageSize(let benchmark, let file, let found, let expected):
      "the images of \(benchmark) in '\(file)' have \(found) pixels a side, less than the protocol's "
        + "image_size \(expected): set at most \(found)"
    case .stageNotFinished(let run, let folder):
      "\(run) starts from the run in '\(folder)', which is not finished: 'scl run' without --only runs it first"
    case .stageFailed(let reason, let folder):
      "the run that it starts from failed ('\(folder)'): \(reason)"
    case .stageWithoutNetwork(let run, let record):
      "\(run) starts from the network of a run whose folder has only the record: remove "
        + "'\(record)' to compute it again"
    case .noDevice(let device, let libtorch):
      "device \(device): libtorch \(libtorch) has no CUDA, or this machine has no GPU: build with "
        + "LIBTORCH set to a libtorch with CUDA, and run on a machine with a GPU"
    case .nonFiniteLoss(let epoch, let step, let term):
      "the loss '\(term)' became non-finite in step \(step) of epoch \(epoch): "
        + "a smaller learning_rate may help"
    }
  }
}
