import Foundation

/// Why a table or a diff cannot be made. Each description says what to do.
package enum ReportError: Error, Equatable {
  /// A run of a row that the experiment does not list.
  case unknownMethod(String, experiment: String)
  /// Two results of one run.
  case repeatedRun(benchmark: String, method: String, seed: UInt64)
  /// A record of another benchmark, method or seed than its folder's.
  case misfiledRecord(benchmark: String, method: String, seed: UInt64)
  /// Seeds of one cell with different protocols, settings, method versions or benchmark files.
  /// Their mean would be meaningless.
  case mixedSeeds(benchmark: String, method: String, what: String)
  /// The results folder has no run of the experiment; `remedy` says what to do.
  case nothingRun(
    experiment: String, results: String,
    remedy: String = "run 'scl run' first, with the same --results")
  /// No finished result has an identity with this prefix (`--identity`).
  case noIdentity(String, experiment: String, known: [String])
  /// None of the chosen runs has finished; `states` counts them by state.
  case noneFinished(experiment: String, states: [String])
  /// The benchmark file is not the one that a run used, whose images are wanted.
  case otherBenchmarkFile(file: String, run: String)
  /// The path of `--against` does not exist.
  case noReference(String)
  /// A comparison asks for a row that is not there, or has no scores.
  case noRow(String, experiment: String, rows: [String])
  /// No two rows differ in a setting alone (`--sensitivity`); `swept` has the settings of which that is
  /// true.
  case noSweep(setting: String, experiment: String, swept: [String])
  /// A table of published rows alone would be empty.
  case nothingPublished(experiment: String, file: String)
  /// The folder of `--against` has no finished run of the experiment.
  case nothingToCompare(experiment: String, folder: String)
}

extension ReportError: CustomStringConvertible, LocalizedError {
  package var errorDescription: String? { description }

  package var description: String {
    switch self {
    case .unknownMethod(let method, let experiment):
      "\(experiment): it has runs of '\(method)', which is not one of its methods: "
        + "add it to the experiment file"
    case .repeatedRun(let benchmark, let method, let seed):
      "\(benchmark)/\(method)/seed-\(seed): this run has two results: remove one"
    case .misfiledRecord(let benchmark, let method, let seed):
      "\(benchmark)/\(method)/seed-\(seed): its run.json belongs to another benchmark, method or seed: "
        + "move it to the folder of that run"
    case .nothingRun(let experiment, let results, let remedy):
      "no runs of \(experiment) in '\(URL(fileURLWithPath: results).standardizedFileURL.path)': "
        + remedy
    case .noIdentity(let identity, let experiment, let known):
      "no result of \(experiment) has an identity that begins with '\(identity)'; "
        + "existing identities: "
        + (known.isEmpty ? "none" : known.sorted().prefix(20).joined(separator: ", "))
    case .noneFinished(let experiment, let states):
      "none of the chosen runs of \(experiment) has finished (\(states.joined(separator: ", "))): "
        + "'scl status' shows why, and 'scl run' computes them"
    case .otherBenchmarkFile(let file, let run):
      "'\(file)' has other images than the file that \(run) used: prepare that one again, into a folder "
        + "that --data names"
    case .noReference(let path):
      "'\(path)' does not exist: name a file of published figures such as paper-tables.md, a results "
        + "folder, or the folder of an experiment in it"
    case .noRow(let row, let experiment, let rows):
      "\(experiment) has no row '\(row)' with scores; rows with scores: "
        + (rows.isEmpty ? "none" : rows.joined(separator: ", "))
    case .noSweep(let setting, let experiment, let swept):
      "--sensitivity \(setting): no two rows of \(experiment) differ in this setting alone; "
        + (swept.isEmpty
          ? "give a variant a grid, 'grid: {\(setting): [...]}'"
          : "rows differ in \(swept.joined(separator: ", "))")
    case .nothingPublished(let experiment, let file):
      "\(file) has no figure in these scores of the chosen methods of \(experiment) on its benchmarks: choose "
        + "others, or add rows to that file"
    case .nothingToCompare(let experiment, let folder):
      "'\(folder)' has no finished run of \(experiment): name a results folder with such runs, or "
        + "the folder of an experiment in it"
    case .mixedSeeds(let benchmark, let method, let what):
      "\(benchmark)/\(method): the seeds differ in \(what), so their mean is meaningless: "
        + "run the experiment again"
    }
  }
}
