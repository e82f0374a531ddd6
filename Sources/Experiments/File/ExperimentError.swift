/// Why an experiment cannot be read or run.
public enum ExperimentError: Error, Hashable, Sendable {
  case unreadable(file: String)
  /// A place in the experiment file that is not accepted.
  case invalid(file: String, line: Int?, key: String, problem: String)
  /// The benchmark file that a run needs is not there.
  case missingBenchmark(name: String, path: String, remedy: String)
  case invalidOption(option: String, problem: String)
  case labelsInScoring(benchmark: String, split: String)
  case noImages(benchmark: String, split: String)
  /// A benchmark file under another benchmark's name.
  case wrongBenchmark(file: String, found: String, expected: String)
  case wrongImageSize(benchmark: String, file: String, found: Int, expected: Int)
  /// The run that another starts from has no result of the settings that are asked for.
  case stageNotFinished(run: String, folder: String)
  case stageFailed(reason: String, folder: String)
  /// Records can be had without the networks, which are not committed.
  case stageWithoutNetwork(run: String, record: String)
  case nonFiniteLoss(epoch: Int, step: Int, term: String)
}

extension ExperimentError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unreadable(let file):
      "cannot read the experiment file '\(file)': name an existing YAML file, such as "
        + "experiments/rehearsal.yaml"
    case .invalid(let file, let line, let key, let problem):
      file + (line.map { ":\($0)" } ?? "") + (key.isEmpty ? "" : ": \(key)") + ": \(problem)"
    case .missingBenchmark(let name, let path, let remedy):
      "the benchmark file '\(path)' of \(name) is missing: \(remedy)"
    case .invalidOption(let option, let problem): "\(option): \(problem)"
    case .labelsInScoring(let benchmark, let split):
      "protocol score '\(split)' of \(benchmark) has images without labels: score train or test"
    case .noImages(let benchmark, let split):
      "the benchmark file of \(benchmark) has no images in '\(split)'"
    case .wrongBenchmark(let file, let found, let expected):
      "'\(file)' holds the benchmark \(found), not \(expected): prepare \(expected) into it"
    case .wrongImageSize(let benchmark, let file, let found, let expected):
      "the images of \(benchmark) in '\(file)' have \(found) pixels a side, and the protocol says "
        + "image_size \(expected): prepare the file at that size, or change the protocol"
    case .stageNotFinished(let run, let folder):
      "\(run) starts from the run in '\(folder)', which is not finished: 'scl run' without --only "
        + "carries it out first"
    case .stageFailed(let reason, let folder):
      "the run that it starts from failed ('\(folder)'): \(reason)"
    case .stageWithoutNetwork(let run, let record):
      "\(run) starts from the network of a run of which only the record is here: remove "
        + "'\(record)' to have it computed again"
    case .nonFiniteLoss(let epoch, let step, let term):
      "the loss '\(term)' became non-finite in step \(step) of epoch \(epoch): "
        + "a smaller learning_rate may help"
    }
  }
}
