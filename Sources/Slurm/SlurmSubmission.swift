import Core
import Foundation

/// One job array that was submitted, or was about to be: a folder in the experiment's results.
///
/// | file | what |
/// | --- | --- |
/// | `tasks` | a line a task: the run, as `--only` takes it |
/// | `script.sh` | what every task carries out |
/// | `submission.json` | the job's name, which of the runs' attempts it is |
/// | `job` | the job's number, once sbatch has told it |
/// | `output-<task>.txt` | what the task's script said |
struct SlurmSubmission: Sendable {
  struct Description: Codable, Equatable, Sendable {
    /// Found in the queue by this name even if the submitter died before it knew the number.
    let jobName: String
    /// 1 for the first.
    let attempt: Int
  }

  let folder: String
  /// Submissions of an experiment are counted.
  let number: Int
  let tasks: [String]
  let description: Description
  /// The job's number, if the submitter lived to write it down.
  let job: String?

  /// Where the submissions of an experiment lie.
  static func root(results: String, experiment: String) -> String {
    "\(results)/\(experiment)/.slurm"
  }

  /// The submissions of an experiment in their order. What is not whole is passed over.
  static func all(in root: String) -> [SlurmSubmission] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
    return names.filter { !$0.hasPrefix(".") }
      .compactMap { SlurmSubmission("\(root)/\($0)") }.sorted { $0.number < $1.number }
  }

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

  /// Writes the folder of a submission, which appears whole.
  /// - Parameter script: from the submission's final folder.
  /// - Throws: `FileError`.
  static func create(
    in root: String, experiment: String, tasks: [String], attempt: Int,
    script: (_ folder: String) -> String
  ) throws -> SlurmSubmission {
    let number = (all(in: root).last?.number ?? 0) + 1
    let id = "\(number)-" + UUID().uuidString.prefix(8).lowercased()
    let plainName = experiment.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
    let description = Description(jobName: "scl-\(String(plainName))-\(id)", attempt: attempt)
    let folder = "\(root)/\(id)"
    let temporary = "\(root)/.\(id)"
    try AtomicFile.createFolder(temporary)
    let files = [
      ("tasks", Data(tasks.map { $0 + "\n" }.joined().utf8)),
      ("script.sh", Data(script(folder).utf8)),
      ("submission.json", try JSONEncoder().encode(description)),
    ]
    for (name, data) in files { try AtomicFile.write(data, to: "\(temporary)/\(name)") }
    guard rename(temporary, folder) == 0 else { throw FileError("write", folder, errno: errno) }
    return SlurmSubmission(
      folder: folder, number: number, tasks: tasks, description: description, job: nil)
  }

  /// This submission with its job's number, which is written down.
  func submitted(as job: String) throws -> SlurmSubmission {
    try AtomicFile.write(Data("\(job)\n".utf8), to: folder + "/job")
    return SlurmSubmission(
      folder: folder, number: number, tasks: tasks, description: description, job: job)
  }

  /// Takes back a submission that Slurm refused.
  func remove() {
    try? FileManager.default.removeItem(atPath: folder)
  }

  var script: String { folder + "/script.sh" }

  func output(ofTask index: Int) -> String { "\(folder)/output-\(index).txt" }

  /// When it was written, by the clock of the file system.
  var writtenAt: Date? { Self.modified(folder + "/tasks") }

  static func modified(_ path: String) -> Date? {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return attributes?[.modificationDate] as? Date
  }
}
