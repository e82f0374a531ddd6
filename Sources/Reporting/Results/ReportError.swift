import Foundation

/// Results of which no honest table can be made.
public enum ReportError: Error, Equatable {
  case unknownMethod(String, experiment: String)
  case repeatedRun(benchmark: String, method: String, seed: UInt64)
  case misfiledRecord(benchmark: String, method: String, seed: UInt64)
  case mixedSeeds(benchmark: String, method: String, what: String)
  /// There is no run of an experiment, finished or not.
  case nothingRun(experiment: String, results: String)
  /// No finished result has an identity that begins so.
  case noIdentity(String, experiment: String, known: [String])
  /// What results are to be compared with is not there.
  case noReference(String)
  /// A folder without finished runs of an experiment.
  case nothingToCompare(experiment: String, folder: String)
}

extension ReportError: CustomStringConvertible, LocalizedError {
  public var errorDescription: String? { description }

  public var description: String {
    switch self {
    case .unknownMethod(let method, let experiment):
      "\(experiment): there are runs of '\(method)', which is not among the experiment's methods: "
        + "add it to them"
    case .repeatedRun(let benchmark, let method, let seed):
      "\(benchmark)/\(method)/seed-\(seed): there are two results of this run: remove one"
    case .misfiledRecord(let benchmark, let method, let seed):
      "\(benchmark)/\(method)/seed-\(seed): its run.json is of another benchmark, method or seed: "
        + "move it to its own folder"
    case .nothingRun(let experiment, let results):
      "there is no run of \(experiment) in '\(URL(fileURLWithPath: results).standardizedFileURL.path)': "
        + "'scl run' comes first, with the same --results"
    case .noIdentity(let identity, let experiment, let known):
      "no result of \(experiment) has an identity that begins with '\(identity)': there are "
        + (known.isEmpty ? "none" : known.sorted().prefix(20).joined(separator: ", "))
    case .noReference(let path):
      "'\(path)' is not there: name a file of published figures such as paper-tables.md, a results "
        + "folder, or one experiment's folder in it"
    case .nothingToCompare(let experiment, let folder):
      "'\(folder)' has no finished run of \(experiment): name a results folder that has, or one "
        + "experiment's folder in it"
    case .mixedSeeds(let benchmark, let method, let what):
      "\(benchmark)/\(method): its seeds differ in their \(what), so they have no common mean: "
        + "run the experiment again"
    }
  }
}
