import ArgumentParser
import Core
import Experiments
import HDF5
import Methods
import Torch

/// `scl features`: writes a `FeatureExport` of finished runs.
///
///     $ scl features experiments/cifar10-cpu.yaml --only method=scl,seed=0 --out features.h5
///     cifar10/scl/seed-0  9353 images  features 256, embeddings 128
///
/// The file appears under its name when it is complete. An existing one is replaced. All that can be missing is looked
/// for before the first run is computed.
struct FeaturesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "features",
    abstract: "Write the feature vectors of finished runs to an HDF5 file.",
    discussion: """
      Each run is a group BENCHMARK/METHOD/seed-N with the data sets indices, predicted and truth of its \
      assignments.h5, and float32 vectors of the same images: features of the backbone, and embeddings of the \
      projection or autoencoder. Runs of methods without a network are left out. Needs the benchmark file \
      and encoder.safetensors.
      """)

  @OptionGroup var chosen: FinishedRunOptions

  /// One file for all chosen runs.
  @Option(help: "HDF5 file to write.")
  var out: String

  @OptionGroup var output: JSONOption
  @OptionGroup var quiet: QuietOption

  /// A run in the file, as JSON.
  private struct Line: Encodable {
    let benchmark: String
    let method: String
    let seed: UInt64
    let identity: String
    /// The path of its group in the file.
    let group: String
    /// The number of scored images, which is that of the rows.
    let images: Int
    /// The length of the vectors by name.
    let dimensions: [String: Int]
    /// The HDF5 file.
    let file: String

    /// The line of text, in columns.
    var cells: [String] {
      [group, "\(images) images"]
        + [
          dimensions.sorted { $0.key > $1.key }.map { "\($0.key) \($0.value)" }
            .joined(separator: ", ")
        ]
    }
  }

  /// Checks that everything is there, then computes one run after the other.
  /// - Throws: as `FinishedRunOptions.runs`, `RunImages.requiredFile` and `FeatureExport.add`;
  ///   `MethodError.unsupported` if no chosen run has a network.
  func run() throws {
    let runs = try chosen.runs(needsData: true)
    let trained = try runs.filter { try isTrained($0) }
    if let first = runs.first, trained.isEmpty {
      throw MethodError.unsupported(method: first.record.method, reason: "it has no network")
    }
    if trained.count < runs.count {
      Console.note("left out: \(runs.count - trained.count) without a network")
    }
    var files = RunImages(data: chosen.experiment.folders.data)
    let benchmarks = try trained.map { try files.requiredFile(of: $0) }
    let export = FeatureExport(
      registry: SCLProgram.registry, device: chosen.experiment.device ?? .cpu,
      threads: chosen.experiment.threads ?? Machine.cores)
    let lines = try AtomicFile.replace(out) { temporary in
      let file = try HDF5File(creating: temporary, as: out)
      let lines = try zip(trained, benchmarks).map { run, benchmark in
        let group = "\(run.record.benchmark)/\(run.record.method)/\(run.folderName)"
        let meter = PreparationMeter(run.label)
        defer { meter.end() }
        let dimensions = try export.add(
          run.record, in: run.folder, from: benchmark, to: file, as: group
        ) { meter.show(.images($0, of: $1)) }
        return Line(
          benchmark: run.record.benchmark, method: run.record.method, seed: run.record.seed,
          identity: run.record.identity, group: group, images: run.record.metrics.images,
          dimensions: dimensions, file: out)
      }
      try file.close()
      return lines
    }
    if output.json {
      for line in lines { try Console.json(line) }
    } else {
      Console.printColumns(lines.map(\.cells))
    }
  }

  /// Whether a run's method has a network.
  private func isTrained(_ run: FinishedRun) throws -> Bool {
    try SCLProgram.registry.method(run.record.variantOf ?? run.record.method)
      is any TrainedMethod.Type
  }
}
