import Benchmarks
import ClassicalClustering
import Core
import Domain
import Downloads
import Experiments
import Foundation
import HDF5
import Methods
import Metrics
import Parity
import Records
import Reporting
import Torch

/// An error as the user sees it: one line and an exit code of sysexits.h. Only the mistakes in an experiment
/// file are reported together, one line each.
///
/// All errors of this package are rendered here. The initialiser returns nil for other errors.
struct RenderedError {
  let lines: [String]
  let exitCode: Int32

  private static let runFailed: Int32 = 1
  private static let usage: Int32 = 64
  private static let badData: Int32 = 65
  private static let missingInput: Int32 = 66
  private static let inputOutput: Int32 = 74

  init?(_ error: any Error) {
    guard let code = Self.exitCode(of: error) else { return nil }
    lines = Self.parts(of: error).map {
      "\($0)".split(whereSeparator: \.isNewline).joined(separator: " ").displayable
    }
    exitCode = code
  }

  private static func parts(of error: any Error) -> [any Error] {
    if case ExperimentError.mistakes(let mistakes) = error { mistakes } else { [error] }
  }

  private static func exitCode(of error: any Error) -> Int32? {
    switch error {
    case let error as ExperimentError: exitCode(experiment: error)
    case let error as BenchmarkError: exitCode(benchmark: error)
    case let error as DownloadError: exitCode(download: error)
    case let error as HDF5Error: exitCode(hdf5: error)
    case let error as RecordError: exitCode(record: error)
    case let error as PaperTablesError: exitCode(paperTables: error)
    case let error as any ExecutorError: exitCode(executor: error.cause)
    case let error as ReportError: exitCode(report: error)
    case is FileError, is ThreadError: inputOutput
    case is MethodError, is SettingError, is PublicationError, is DuplicateName: usage
    case is SafeTensorsError, is StateError, is MetricsError, is ClusteringError,
      is ParityError:
      badData
    case is TorchError: runFailed
    default: nil
    }
  }

  private static func exitCode(experiment error: ExperimentError) -> Int32 {
    switch error {
    case .unreadable, .missingBenchmarks, .stageNotFinished, .stageWithoutNetwork: missingInput
    case .invalidOption, .noDevice: usage
    case .invalid, .mistakes, .labelsInScoring, .noImages, .noFineLabels, .clustersMissing,
      .noLabelsToChooseBy, .wrongImageSize, .wrongBenchmark:
      badData
    case .nonFiniteLoss, .stageFailed: runFailed
    }
  }

  private static func exitCode(report error: ReportError) -> Int32 {
    switch error {
    case .unknownMethod, .repeatedRun, .misfiledRecord, .mixedSeeds: badData
    case .nothingRun, .noIdentity, .noReference, .nothingToCompare: missingInput
    }
  }

  private static func exitCode(executor cause: ExecutorErrorCause) -> Int32 {
    switch cause {
    case .missing: missingInput
    case .usage: usage
    case .inputOutput: inputOutput
    case .badData: badData
    }
  }

  private static func exitCode(benchmark error: BenchmarkError) -> Int32 {
    switch error {
    case .unknownBenchmark, .notRehearsal, .invalidName, .fixedImageSize, .imageSizeNeeded,
      .noImages, .alreadyThere:
      usage
    case .missing, .unreadable: missingInput
    case .unwritable: inputOutput
    default: badData
    }
  }

  private static func exitCode(download error: DownloadError) -> Int32 {
    switch error {
    case .badAddress: usage
    case .refused: missingInput
    case .encoded, .wrongSize, .wrongChecksum, .otherFile: badData
    case .gaveUp, .busy, .noSpace: inputOutput
    }
  }

  private static func exitCode(hdf5 error: HDF5Error) -> Int32 {
    if case .unreadable = error { return missingInput }
    return badData
  }

  private static func exitCode(record error: RecordError) -> Int32 {
    if case .unreadable = error { return missingInput }
    return badData
  }

  private static func exitCode(paperTables error: PaperTablesError) -> Int32 {
    if case .unreadable = error.problem { return missingInput }
    return badData
  }
}
