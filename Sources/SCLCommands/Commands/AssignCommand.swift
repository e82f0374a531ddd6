import ArgumentParser
import Benchmarks
import Core
import Domain
import Experiments
import Foundation
import Records
import Reporting
import Torch
import Vision

/// `scl assign`: applies a finished run to images that it has not learnt from (`RunApplication`).
///
///     $ scl assign results/cifar10-cpu/cifar10/scl/seed-0 --images my-photos
///     file,cluster,matched,confidence
///     boats/1.jpg,0,ship,0.9731
///
/// Lines are printed as images are computed, so that a long list can be read at once. The matched class
/// is that of the matching behind the run's accuracy. It is no prediction of a classifier, and it is empty where the
/// cluster has no class.
struct AssignCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "assign",
    abstract: "Put new images into the clusters of a finished run.",
    discussion: """
      Images are scaled and cropped like those of the run's benchmark. A line is printed for each: its file, \
      its cluster, the class that the cluster is matched to in the run's own images, and the probability of the \
      cluster where the method has one. Needs the run's \
      folder only, with its weights and centres.
      """)

  /// A folder and not an experiment, since a finished run is complete without its experiment file.
  @Argument(
    help: ArgumentHelp(
      "Folder of a finished run, RESULTS/EXPERIMENT/BENCHMARK/METHOD/seed-N.", valueName: "run"),
    completion: .directory)
  var place: String

  /// Benchmark files are told by their extension `.h5`.
  @Option(help: "Folder or archive of JPEG and PNG images, a single image, or a benchmark file.")
  var images: String

  /// Without it, all unreadable images are named in one error.
  @Flag(help: "Leave out unreadable images, which are named on standard error.")
  var skipUnreadable = false

  /// The classes of published benchmarks are known without their files.
  @Option(
    help:
      "Folder of benchmark files, for the names of your own classes (default: \(BenchmarkFolder.defaultPath)).",
    completion: .directory,
    transform: folderPath)
  var data = BenchmarkFolder.defaultPath

  /// Any device computes a run of any other, up to rounding.
  @Option(help: "Device of the network (default: cpu).")
  var device: Device?

  /// Their number changes no cluster but by rounding.
  @Option(help: "Threads (default: one per core).")
  var threads: Int?

  @Option(help: "Format of the list (default: csv).")
  var format: AssignmentsCommand.Format?

  @OptionGroup var output: JSONOption
  @OptionGroup var quiet: QuietOption

  /// Images that are computed and printed at a time: few enough for memory at 224 pixels. A multiple of the batches
  /// of assignment, so that batches are those of a run.
  private static let block = 2_048

  /// Checks ranges before anything is read.
  func validate() throws {
    try require("threads", threads, in: 1...1024)
    try output.check(format)
  }

  /// Checks the run, reads the images, and prints a line for each.
  /// - Throws: as `RunApplication`, `RunFolder.readAssignments(of:)` and `NewImageFile.open`.
  func run() throws {
    let device = device ?? .cpu
    try Machine.checkHas(device)
    let folder = RunFolder(path: place)
    let application = try RunApplication(
      folder, registry: SCLProgram.registry, device: device, threads: threads ?? Machine.cores)
    let finished = FinishedRun(record: application.record, folder: folder)
    let clusters = try finished.clusters().clusters
    var files = RunImages(data: data)
    let list = NewImages(clusters, try files.catalogue(of: finished))
    let meter = PreparationMeter(images)
    defer { meter.end() }
    try NewImageFile.open(
      images, for: application.record, skipsUnreadable: skipUnreadable, report: meter.show
    ) { file in
      meter.end()
      for name in file.info.leftOut { Console.error("unreadable, left out: \(name)") }
      let isJSON = output.json || format == .json
      let names = try file.fileNames()
      let side = application.record.protocol.imageSize
      for start in stride(from: 0, to: file.splits.count, by: Self.block) {
        let indices = Array(start..<min(start + Self.block, file.splits.count))
        let found = try application.assign(
          ImageSet(
            pixels: file.pixels(at: indices, side: side), height: side, width: side,
            drawKeys: indices))
        let images = indices.enumerated().map { place, index in
          NewImages.Image(
            file: names.isEmpty ? "\(index)" : names[index], cluster: found.clusters[place],
            confidence: found.confidence?[place])
        }
        // After the first images, so that no error follows a header.
        if start == 0, !isJSON { Console.printPart(NewImages.csvHeader) }
        Console.printPart(isJSON ? list.json(images) : list.csv(images))
      }
    }
  }
}

/// The images of a command line as a benchmark file, which a user's own images become for the time of the
/// command: they are read, checked, turned, scaled and cropped as `scl data prepare --as folders` does it.
///
///     try NewImageFile.open("my-photos", for: record, skipsUnreadable: false, report: meter.show) { file in
///       let pixels = try file.pixels(at: [0], side: record.protocol.imageSize)
///     }
private enum NewImageFile {
  /// Calls `body` with the file. One that is made for the command loses its name as soon as it is whole, so it
  /// disappears with the process, however that ends. A signal that comes earlier removes it.
  /// - Parameters:
  ///   - path: what the user named.
  ///   - record: the run's, for the size of its images.
  ///   - skipsUnreadable: whether unreadable images are left out and listed in the file.
  ///   - report: called with the progress of reading.
  /// - Throws: `BenchmarkError` for images that cannot be used, `ExperimentError.wrongImageSize` for a
  ///   benchmark file whose images are too small, `FileError`.
  static func open(
    _ path: String, for record: RunRecord, skipsUnreadable: Bool,
    report: @escaping (PreparationStep) -> Void, _ body: (BenchmarkFile) throws -> Void
  ) throws {
    if path.hasSuffix(".h5") {
      let file = try BenchmarkFile.open(path)
      guard file.info.imageSize >= record.protocol.imageSize else {
        throw ExperimentError.wrongImageSize(
          benchmark: file.info.benchmark, file: path, found: file.info.imageSize,
          expected: record.protocol.imageSize)
      }
      return try body(file)
    }
    let folder = FileManager.default.temporaryDirectory.path + "/scl-assign-\(UUID().uuidString)"
    @Sendable func removeFolder() { try? FileManager.default.removeItem(atPath: folder) }
    let stop = StopRequest { signal in
      AtomicFile.removeUnfinished()
      removeFolder()
      _exit(128 + signal)
    }
    try stop.listen(to: [SIGINT, SIGTERM])
    try AtomicFile.createFolder(folder)
    defer { removeFolder() }
    var options = PreparationOptions()
    options.ignoresClasses = true
    options.skipsUnreadable = skipsUnreadable
    // A benchmark of photographs stores a margin, which is cut off where a run reads it.
    options.imageSize = max(
      record.protocol.imageSize, BenchmarkRegistry.current[record.benchmark]?.storedSize ?? 0)
    let summary = try BenchmarkPreparation.prepareFolders(
      named: "new-images", from: try source(path, in: folder), to: "\(folder)/new-images.h5",
      options: options, report: report)
    let file = try UnnamedFile(taking: summary.file)
    removeFolder()
    try withExtendedLifetime(file) { try body(BenchmarkFile.open(file.path)) }
  }

  /// The folder or archive to read; a single image is put into a folder of its own.
  /// - Parameters:
  ///   - path: what the user named.
  ///   - folder: a temporary folder.
  /// - Throws: `BenchmarkError.unreadable` if the image cannot be copied.
  private static func source(_ path: String, in folder: String) throws -> String {
    let extensions = ["jpg", "jpeg", "png"]
    let url = URL(fileURLWithPath: path)
    var isFolder: ObjCBool = false
    guard extensions.contains(url.pathExtension.lowercased()),
      FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue
    else { return path }
    let single = folder + "/image"
    try AtomicFile.createFolder(single)
    do {
      try FileManager.default.copyItem(atPath: path, toPath: "\(single)/\(url.lastPathComponent)")
    } catch {
      throw BenchmarkError.unreadable(file: path, reason: "it cannot be copied to '\(single)'")
    }
    return single
  }
}
