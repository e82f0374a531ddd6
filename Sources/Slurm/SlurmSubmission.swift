import Core
import Foundation

/// A job array that was submitted or is about to be: a folder in the experiment's results,
/// `.slurm/NUMBER-ID`.
///
/// | file | content |
/// | --- | --- |
/// | `tasks` | a line per task: the run, as `--only` takes it |
/// | `script.sh` | the batch script of all tasks |
/// | `submission.json` | the job's name, and which attempt at the runs it is |
/// | `job` | the job's number, once sbatch has returned it |
/// | `output-TASK.txt` | the output of a task's script |
struct SlurmSubmission: Sendable {
  /// The content of `submission.json`.
  struct Description: Codable, Equatable, Sendable {
    /// A name that identifies the submission in the queue, even if the submitter died before it
    /// knew the number.
    let jobName: String
    /// 1 for the first.
    let attempt: Int
  }

  /// The folder, by its absolute path.
  let folder: String
  /// The number of the submission within the experiment, from 1.
  let number: Int
  /// The values of `--only`, by task.
  let tasks: [String]
  let description: Description
  /// The job's number; nil if the submitter did not live to write it down.
  let job: String?

  /// The folder of an experiment's submissions. Commands on other machines find them there.
  static func root(results: String, experiment: String) -> String {
    "\(results)/\(experiment)/.slurm"
  }

  /// The submissions of an experiment in order; none where the folder does not exist. Incomplete
  /// folders are ignored.
  ///
  /// - Throws: `FileError` if the folder cannot be listed: its runs may be queued.
  static func all(in root: String) throws -> [SlurmSubmission] {
    if access(root, F_OK) != 0, errno == ENOENT { return [] }
    return try AtomicFile.names(in: root).filter { !$0.hasPrefix(".") }
      .compactMap { SlurmSubmission("\(root)/\($0)") }.sorted { $0.number < $1.number }
  }

  /// Reads a submission. Nil for a folder that is incomplete or has another content: it may be
  /// anything.
  private init?(_ folder: String) {
    let name = folder.split(separator: "/").last ?? ""
    guard let number = Int(name.prefix { $0 != "-" }),
      let tasks = try? String(contentsOfFile: folder + "/tasks", encoding: .utf8),
      let data = FileManager.default.contents(atPath: folder + "/submission.json"),
      let description = try? JSONDecoder().decode(Description.self, from: data),
      (0...1_000_000_000).contains(number), (1...1_000_000).contains(description.attempt)
    else { return nil }
    self.folder = folder
    self.number = number
    self.tasks = tasks.split(separator: "\n").map(String.init)
    self.description = description
    job = (try? String(contentsOfFile: folder + "/job", encoding: .utf8))?
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private init(
    folder: String, number: Int, tasks: [String], description: Description, job: String?
  ) {
    self.folder = folder
    self.number = number
    self.tasks = tasks
    self.description = description
    self.job = job
  }

  /// Writes the folder of a submission under a temporary name and renames it, so that it appears
  /// whole.
  ///
  /// - Parameters:
  ///   - tasks: the values of `--only`.
  ///   - attempt: 1 for the first.
  ///   - script: the batch script, from the submission's final folder.
  /// - Throws: `FileError`.
  static func create(
    in root: String, experiment: String, tasks: [String], attempt: Int,
    script: (_ folder: String) -> String
  ) throws -> SlurmSubmission {
    let number = (try all(in: root).last?.number ?? 0) + 1
    let id = "\(number)-" + UUID().uuidString.prefix(8).lowercased()
    let plainName = experiment.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
    let description = Description(jobName: "scl-\(String(plainName))-\(id)", attempt: attempt)
    let folder = "\(root)/\(id)"
    let temporary = "\(root)/.\(id)"
    try AtomicFile.createFolder(temporary)
    let files = [
      ("tasks", Data(tasks.map { $0 + "\n" }.joined().utf8)),
      ("script.sh", Data(script(folder).utf8)),
      ("submission.json", try JSONEncoder.sorted().encode(description)),
    ]
    for (name, data) in files { try AtomicFile.write(data, to: "\(temporary)/\(name)") }
    guard rename(temporary, folder) == 0 else { throw FileError("write", folder, errno: errno) }
    return SlurmSubmission(
      folder: folder, number: number, tasks: tasks, description: description, job: nil)
  }

  /// This submission with its job's number, which is written to the folder.
  func submitted(as job: String) throws -> SlurmSubmission {
    try AtomicFile.write(Data("\(job)\n".utf8), to: folder + "/job")
    return SlurmSubmission(
      folder: folder, number: number, tasks: tasks, description: description, job: job)
  }

  /// Removes a submission that Slurm refused.
  func remove() {
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// The path of the batch script.
  var script: String { folder + "/script.sh" }

  /// The output of a task's script: what `run-child` says before it has a log, and what Slurm says
  /// of the task.
  func output(ofTask index: Int) -> String { "\(folder)/output-\(index).txt" }

  /// The time of its creation, by the clock of the file system.
  var writtenAt: Date? { Self.modified(folder + "/tasks") }

  /// The time of a file's last change; nil without a file.
  static func modified(_ path: String) -> Date? {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return attributes?[.modificationDate] as? Date
  }
}
