import ArgumentParser
import Records
import Reporting

/// `scl assignments`: prints the `ScoredImages` of finished runs.
///
/// It reads records and `assignments.h5`. The benchmark file is not needed, but names of files and splits are only
/// there. Nothing is computed but the matching of clusters and classes.
///
///     $ scl assignments experiments/cifar10-cpu.yaml --only method=scl,seed=0
///     benchmark,method,seed,index,file,split,class,cluster,matched,confidence
///     cifar10,scl,0,0,data_batch_1.bin#0,train,frog,6,frog,0.8142
struct AssignmentsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "assignments",
    abstract:
      "List the scored images of finished runs: file, class, cluster, matched class and confidence.",
    discussion: """
      The matched class of a cluster is that of the one-to-one matching behind ACC; with more clusters than \
      classes, some have none. File names and splits come from the benchmark file. Without it, images are \
      known by their index in that file.
      """)

  /// A form of the list. Both have the same lines in the same order.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case csv, json
  }

  @OptionGroup var chosen: FinishedRunOptions

  /// Nil is CSV, unless `--json` is given.
  @Option(help: "Format of the list (default: csv).")
  var format: Format?

  @OptionGroup var output: JSONOption
  @OptionGroup var quiet: QuietOption

  /// The number of images that are made into text at a time. A line has about 100 bytes.
  private static let block = 4_096

  /// Refuses two formats.
  func validate() throws {
    try output.check(format)
  }

  /// Reads all runs, then prints their images in blocks: text of millions of lines is never in memory at once.
  /// - Throws: as `FinishedRunOptions.runs` and `FinishedRun.clusters`.
  func run() throws {
    let isJSON = output.json || format == .json
    var images = RunImages(data: chosen.experiment.folders.data)
    // Everything is read once before the first line, so that no error follows half a list.
    let runs = try chosen.runs().map { run in
      let (assignments, clusters) = try run.clusters()
      return try ScoredImages(of: run.record, assignments, clusters, images.catalogue(of: run))
    }
    for note in images.notes { Console.note(note) }
    if !isJSON { Console.printPart(ScoredImages.csvHeader) }
    for run in runs {
      for start in stride(from: 0, to: run.count, by: Self.block) {
        let places = start..<min(start + Self.block, run.count)
        Console.printPart(isJSON ? run.json(places) : run.csv(places))
      }
    }
  }
}

extension JSONOption {
  /// Checks that `--json` and `--format` agree, for commands that have both.
  /// - Throws: `ValidationError` if another format is asked for besides JSON.
  func check(_ format: AssignmentsCommand.Format?) throws {
    if json, let format, format != .json {
      throw ValidationError("--json conflicts with --format \(format.rawValue)")
    }
  }
}
