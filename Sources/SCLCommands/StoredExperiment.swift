import ArgumentParser
import Experiments
import Foundation
import Records

/// An experiment with a folder in the results folder, and the experiment file that defines its runs
/// now.
///
///     let stored = StoredExperiment("cifar10-cpu@short", in: ["experiments"])
///     stored.file     // "experiments/cifar10-cpu.yaml"
///     stored.profile  // "short"
///     let plan = try stored.plan(folders)
struct StoredExperiment {
  /// The folder's name: the experiment's, or `NAME@PROFILE`.
  let name: String
  /// The experiment file; nil if there is none.
  let file: String?

  /// The experiment's name without the profile.
  var stem: String { name.split(separator: "@", maxSplits: 1).first.map(String.init) ?? name }

  /// The profile; nil if the name has none.
  var profile: String? {
    let parts = name.split(separator: "@", maxSplits: 1)
    return parts.count > 1 ? String(parts[1]) : nil
  }

  /// - Parameters:
  ///   - name: the name of the folder in the results folder.
  ///   - file: its file, if it is known; otherwise it is looked for.
  ///   - folders: where to look for a file named after the experiment, the first folder first.
  init(_ name: String, file: String? = nil, in folders: [String] = []) {
    self.name = name
    let stem = name.split(separator: "@", maxSplits: 1).first.map(String.init) ?? name
    self.file =
      file
      ?? folders.flatMap { ["\($0)/\(stem).yaml", "\($0)/\(stem).yml"] }
      .first { FileManager.default.fileExists(atPath: $0) }
  }

  /// The plan of the file with the states of its runs. Benchmark files need not exist.
  /// - Returns: nil if there is no file.
  /// - Throws: the errors of reading and planning the file.
  func plan(_ folders: FolderOptions) throws -> Plan? {
    guard let file else { return nil }
    let experiment = try ExperimentFile(
      registry: SCLProgram.registry, data: folders.data, results: folders.results
    ).read(file, profile: profile)
    return try Plan(
      experiment, options: RunOptions(data: folders.data, results: folders.results),
      registry: SCLProgram.registry, needsData: false)
  }
}

/// `--experiments`: where the files of experiments are that have results. Only a file tells the current settings.
struct ExperimentFolderOption: ParsableArguments {
  @Option(
    help: "Folder of experiment files (default: 'experiments', then the working folder).",
    completion: .directory)
  var experiments: String?

  /// The folders to look in.
  var folders: [String] { experiments.map { [$0] } ?? ["experiments", "."] }
}

extension Plan {
  /// The paths of the results that the planned runs have, current or set aside.
  var resultFolders: Set<String> {
    Set(
      runs.compactMap { run in
        if case .finished = run.state { run.folder.path } else { nil }
      })
  }
}
