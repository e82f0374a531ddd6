import Foundation

/// Results of which no honest table can be made.
public enum ReportError: Error, Equatable {
  case unknownMethod(String, experiment: String)
  case repeatedRun(benchmark: String, method: String, seed: UInt64)
  case misfiledRecord(benchmark: String, method: String, seed: UInt64)
  case mixedSeeds(benchmark: String, method: String, what: String)
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
    case .mixedSeeds(let benchmark, let method, let what):
      "\(benchmark)/\(method): its seeds differ in their \(what), so they have no common mean: "
        + "run the experiment again"
    }
  }
}
