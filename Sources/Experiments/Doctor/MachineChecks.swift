import ClassicalClustering
import Core
import Domain
import Foundation
import HDF5
import Torch

extension MachineCheck {
  /// Processor, memory, libraries and folders: all that needs no libtorch.
  /// - Parameters:
  ///   - data: the folder of benchmark files.
  ///   - results: the folder of results.
  package static func machine(data: String, results: String) -> [MachineCheck] {
    [
      processor(
        Machine.name(of: .cpu), vectors: Machine.vectors, bfloat16: Machine.multipliesBFloat16,
        cores: Machine.cores, load: Machine.load),
      memory(
        Int(clamping: ProcessInfo.processInfo.physicalMemory),
        available: MachineMemory().availableBytes),
      libraries, self.data(data), self.results(results),
    ]
  }

  package static func processor(
    _ name: String, vectors: String, bfloat16: Bool, cores: Int, load: Double?
  ) -> MachineCheck {
    let extensions = vectors == "other" ? "no AVX2" : vectors + (bfloat16 ? " with bfloat16" : "")
    let finding = "\(name), \(Quantities.count(cores, "core")), \(extensions)"
    if let load, load > Double(cores) {
      return .note(
        "processor", finding + String(format: ", busy (load average %.1f)", load),
        advice: "runs are slower than 'scl plan' says while others compute")
    }
    guard vectors != "other" else {
      return .note(
        "processor", finding, advice: "networks are slow without it: use another machine")
    }
    return .ok("processor", finding)
  }

  /// - Parameters:
  ///   - total: bytes of the machine.
  ///   - available: what new processes can have; nil if the system does not say.
  static func memory(_ total: Int, available: Int?) -> MachineCheck {
    guard let available else { return .ok("memory", Quantities.memory(total)) }
    let finding = "\(Quantities.memory(total)), \(Quantities.memory(available)) available"
    guard available < 2 << 30 else { return .ok("memory", finding) }
    return .note(
      "memory", finding,
      advice: "'scl plan' says what runs need; those that do not fit run alone")
  }

  /// The versions of the libraries beside libtorch.
  private static var libraries: MachineCheck {
    let names = [
      "HDF5 \(HDF5File.libraryVersion)", OpenBLAS.shortConfiguration,
      Machine.loadedLibrary("libturbojpeg") ?? "libturbojpeg",
    ]
    return .ok("libraries", names.joined(separator: ", "))
  }

  /// The folder of benchmark files, which runs read. Without any, rehearsals are possible, whose images are
  /// generated.
  package static func data(_ path: String) -> MachineCheck {
    let folder = BenchmarkFolder(path)
    let prepared =
      BenchmarkDefinition.all.filter(folder.hasFile).map(\.name) + folder.ownBenchmarks
    let fetch = "'scl data list' says how to get benchmarks"
    switch FolderState(path) {
    case .notFolder:
      return .problem("data", "\(path) is no folder", advice: "name one with --data")
    case .readOnly where prepared.isEmpty:
      return .problem(
        "data", "\(path) has no benchmark and cannot be written",
        advice: "name another folder with --data")
    case .missing, .writable:
      guard !prepared.isEmpty else {
        return .note("data", "\(path) has no benchmark yet", advice: fetch)
      }
      fallthrough
    case .readOnly:
      let few = Quantities.count(prepared.count, "benchmark")
      return .ok("data", "\(path): \(few) (\(Self.list(prepared)))")
    }
  }

  /// The folder of results, which runs write.
  package static func results(_ path: String) -> MachineCheck {
    let free = FolderState.freeBytes(path)
    switch FolderState(path) {
    case .notFolder:
      return .problem(
        "results", "\(path) is no folder", advice: "name one with --results")
    case .readOnly:
      return .problem(
        "results", "\(path) cannot be written",
        advice: "name another folder with --results")
    case .missing, .writable:
      guard let free else { return .ok("results", "\(path) can be written") }
      let finding = "\(path): \(Quantities.memory(free)) free"
      let advice = "'scl clean' lists results that are superseded"
      // A checkpoint of the published network and its optimiser has about 100 MB, and there are two.
      if free < 1 << 28 { return .problem("results", finding, advice: advice) }
      return free < 5 << 30
        ? MachineCheck.note("results", finding, advice: advice)
        : MachineCheck.ok("results", finding)
    }
  }

  /// The first names of a long list.
  private static func list(_ names: [String]) -> String {
    names.count <= 4
      ? names.joined(separator: ", ")
      : names.prefix(3).joined(separator: ", ") + " and \(names.count - 3) more"
  }
}

/// Whether runs can use a folder.
package enum FolderState: Hashable {
  /// It does not exist and can be created.
  case missing
  case writable
  /// It exists, or a folder above it, and nothing can be created there.
  case readOnly
  /// Something else has the name.
  case notFolder

  package init(_ path: String) {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    guard !exists || isFolder.boolValue else {
      self = .notFolder
      return
    }
    // Permissions do not tell: a file system may be read-only, or its server refuse.
    var name = Array((Self.nearest(path) + "/.scl-doctor-XXXXXX").utf8CString)
    let descriptor = mkstemp(&name)
    guard descriptor >= 0 else {
      self = .readOnly
      return
    }
    close(descriptor)
    unlink(name)
    self = exists ? .writable : .missing
  }

  /// Bytes that are free on the disk of a folder that may not exist yet; nil if the system does not say.
  static func freeBytes(_ path: String) -> Int? {
    let attributes = try? FileManager.default.attributesOfFileSystem(forPath: nearest(path))
    return (attributes?[.systemFreeSize] as? NSNumber).map { Int(clamping: $0.int64Value) }
  }

  /// The folder itself or the nearest one above it that exists.
  private static func nearest(_ path: String) -> String {
    var url = URL(fileURLWithPath: path).standardizedFileURL
    while url.path != "/", !FileManager.default.fileExists(atPath: url.path) {
      url.deleteLastPathComponent()
    }
    return url.path
  }
}

extension Machine {
  /// The file name of a library of this process, with its version: "libturbojpeg.so.0.2.0"; nil if it is not
  /// loaded.
  static func loadedLibrary(_ name: String) -> String? {
    // String(contentsOfFile:) ends after the first piece that the kernel gives.
    guard let handle = FileHandle(forReadingAtPath: "/proc/self/maps"),
      let maps = try? handle.readToEnd()
    else { return nil }
    return String(decoding: maps, as: UTF8.self).split(separator: "\n").lazy
      .compactMap { $0.split(separator: "/").last.map(String.init) }
      .first { $0.hasPrefix(name + ".so") }
  }
}
