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

/// An error as the user sees it: a line and an exit code of sysexits.h. The mistakes in an
/// experiment file are reported together, one line each.
///
/// This is the only place that turns errors of this package into text and exit codes:
///
/// | code | name in sysexits.h | meaning |
/// | --- | --- | --- |
/// | 1 | | a run failed |
/// | 64 | EX_USAGE | an unknown option, method or benchmark |
/// | 65 | EX_DATAERR | a damaged file, a mistake in an experiment file |
/// | 66 | EX_NOINPUT | an input is missing |
/// | 74 | EX_IOERR | a file could not be read or written |
struct RenderedError {
  /// One per mistake, without line breaks or control characters.
  let lines: [String]
  /// The code of the first matching kind of error.
  let exitCode: Int32

  private static let runFailed: Int32 = 1
  private static let usage: Int32 = 64
  private static let badData: Int32 = 65
  private static let missingInput: Int32 = 66
  private static let inputOutput: Int32 = 74

  /// - Returns: nil for an error of another package, such as ArgumentParser's.
  init?(_ error: any Error) {
    guard let code = Self.exitCode(of: error) else { return nil }
    lines = Self.parts(of: error).map {
      "\($0)".split(whereSeparator: \.isNewline).joined(separator: " ").displayable
    }
    exitCode = code
  }

  /// The mistakes of an experiment file one by one; any other error by itself.
  private static func parts(of error: any Error) -> [any Error] {
    if case ExperimentError.mistakes(let mistakes) = error { mistakes } else { [error] }
  }

  /// The exit code by type; nil for an error of another package.
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

  /// A mistake in the file is bad data, a wrong option is usage, and a missing benchmark file or
  /// unfinished stage is a missing input.
  private static func exitCode(experiment error: ExperimentError) -> Int32 {
    switch error {
    case .unreadable, .missingBenchmarks, .stageNotFinished, .stageWithoutNetwork: missingInput
    case .invalidOption, .noDevice: usage
    case .invalid, .mistakes, .contradiction, .labelsInScoring, .noImages, .noFineLabels,
      .clustersMissing, .noLabelsToChooseBy, .wrongImageSize, .wrongBenchmark:
      badData
    case .nonFiniteLoss, .stageFailed: runFailed
    }
  }

  /// Results that contradict each other are bad data; absent ones are a missing input, and a setting without
  /// values is a wrong option.
  private static func exitCode(report error: ReportError) -> Int32 {
    switch error {
    case .unknownMethod, .repeatedRun, .misfiledRecord, .mixedSeeds: badData
    case .nothingRun, .noIdentity, .noneFinished, .otherBenchmarkFile, .noReference,
      .nothingToCompare, .noRow, .nothingPublished:
      missingInput
    case .noSweep: usage
    }
  }

  /// An executor states the cause of its error itself.
  private static func exitCode(executor cause: ExecutorErrorCause) -> Int32 {
    switch cause {
    case .missing: missingInput
    case .usage: usage
    case .inputOutput: inputOutput
    case .badData: badData
    }
  }

  /// Wrong arguments are usage. All that is wrong with original or prepared files is bad data.
  private static func exitCode(benchmark error: BenchmarkError) -> Int32 {
    switch error {
    case .unknownBenchmark, .notRehearsal, .invalidName, .fixedImageSize, .imageSizeNeeded,
      .noImages, .alreadyThere, .noAdapter, .incompleteDefinition:
      usage
    case .missing, .unreadable: missingInput
    case .unwritable: inputOutput
    default: badData
    }
  }

  /// A server that refuses lacks the input; other bytes than the published ones are bad data. After
  /// an input/output error the same command continues.
  private static func exitCode(download error: DownloadError) -> Int32 {
    switch error {
    case .badAddress: usage
    case .refused: missingInput
    case .encoded, .wrongSize, .wrongChecksum, .otherFile: badData
    case .gaveUp, .unknownHost, .busy, .noSpace: inputOutput
    }
  }

  /// A file that is missing or not readable is a missing input, a damaged one bad data.
  private static func exitCode(hdf5 error: HDF5Error) -> Int32 {
    switch error {
    case .unreadable: missingInput
    case .unwritable: inputOutput
    case .notHDF5, .missing, .mismatch, .callFailed: badData
    }
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
