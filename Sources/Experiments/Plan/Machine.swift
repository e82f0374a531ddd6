import ClassicalClustering
import Core
import Foundation
import Torch

/// This machine and this copy of the program, for records and for choices that depend on them.
package enum Machine {
  /// The number of processors that this process may use.
  package static var cores: Int { ProcessInfo.processInfo.activeProcessorCount }

  /// The load average of the last minute: how many processes compute, or wait to, on average. Nil if
  /// the system does not tell.
  package static var load: Double? {
    var averages = [0.0]
    return getloadavg(&averages, 1) == 1 ? averages[0] : nil
  }

  /// Whether the processor has instructions for bfloat16 products (AVX-512 BF16 or AMX).
  package static var multipliesBFloat16: Bool {
    processorFlags.contains("avx512_bf16") || processorFlags.contains("amx_bf16")
  }

  /// The widest vectors of the processor: "AVX-512", "AVX2" or "other".
  static var vectors: String {
    let flags = processorFlags
    return flags.contains("avx512bw") ? "AVX-512" : flags.contains("avx2") ? "AVX2" : "other"
  }

  /// The features of the processor, as Linux names them.
  private static let processorFlags = Set(
    field("flags", in: processorFields)?.split(separator: " ") ?? [])

  /// - Throws: `ExperimentError.noDevice` if networks cannot run on the device here.
  package static func checkHas(_ device: Device) throws(ExperimentError) {
    guard device == .cuda, !Torch.hasCUDA else { return }
    throw .noDevice(device: device.rawValue, libtorch: Torch.version)
  }

  /// Sets what holds for a process that computes a run or measures one, before its first tensor.
  /// - Parameters:
  ///   - threads: of the run.
  ///   - isFast: whether a card may use operators whose results differ from run to run.
  static func prepareRun(on device: Device, threads: Int, isFast: Bool = false) {
    Torch.keepFreedMemory()
    Torch.threads = threads
    if device == .cuda { Torch.setDeterministic(!isFast) }
    OpenBLAS.useOneThread()
  }

  /// - Throws: `ExperimentError.invalidOption` if SCL_CONVOLUTIONS, which chooses the kernels of convolutions,
  ///   names none.
  package static func checkConvolutions() throws(ExperimentError) {
    let (variable, kernels) = ("SCL_CONVOLUTIONS", ["avx512", "avx2", "libtorch"])
    guard let name = ProcessInfo.processInfo.environment[variable], !kernels.contains(name) else {
      return
    }
    throw .invalidOption(
      option: "the environment variable \(variable)",
      problem: "'\(name)' is not among the known kernels: \(kernels.joined(separator: ", "))")
  }

  /// The model of the processor or of the first GPU; "unknown" if the system does not say.
  package static func name(of device: Device) -> String {
    switch device {
    case .cpu: processorName(in: processorFields)
    case .cuda: installedCardNames.first ?? "unknown"
    }
  }

  /// The processor's name with its family and model. Virtual machines often name only the brand, and processors
  /// of one brand differ in speed and in how results are rounded.
  /// - Parameter text: that of /proc/cpuinfo; the first processor counts.
  package static func processorName(in text: String) -> String {
    let name = field("model name", in: text) ?? "unknown"
    guard let family = field("cpu family", in: text), let model = field("model", in: text) else {
      return name
    }
    return "\(name) (family \(family), model \(model))"
  }

  /// The number of cards that NVIDIA's driver shows.
  static var installedCards: Int { cardFolders.count }

  /// The models of the cards that NVIDIA's driver shows.
  static var installedCardNames: [String] {
    cardFolders.map { card in
      let text = try? String(contentsOfFile: "\(card)/information", encoding: .utf8)
      return text.flatMap { field("Model", in: $0) } ?? "unknown"
    }
  }

  /// The folders of NVIDIA's driver, one per GPU.
  private static var cardFolders: [String] {
    let root = "/proc/driver/nvidia/gpus"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
    return names.sorted().map { "\(root)/\($0)" }
  }

  /// The largest resident set of this process so far, in bytes.
  package static var peakMemoryBytes: Int {
    var usage = rusage()
    guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
    return Int(usage.ru_maxrss) * 1024
  }

  /// The git revision of the checkout that contains this program, with "-dirty" if its sources have
  /// changes; "unknown" outside a checkout. It is the program's own revision only if the program
  /// was built last.
  package static var sourceRevision: String {
    var folder = URL(fileURLWithPath: executablePath).deletingLastPathComponent()
    while folder.path != "/" {
      let manager = FileManager.default
      if manager.fileExists(atPath: folder.appendingPathComponent("Package.swift").path),
        let revision = git(["rev-parse", "HEAD"], in: folder.path), !revision.isEmpty
      {
        let changes = git(
          ["status", "--porcelain", "--", "Sources", "Package.swift"], in: folder.path)
        return revision + (changes?.isEmpty == false ? "-dirty" : "")
      }
      folder.deleteLastPathComponent()
    }
    return "unknown"
  }

  /// The path of this program, to start it again in another process.
  package static var executablePath: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
      ?? CommandLine.arguments[0]
  }

  /// What Linux says of the processors; empty elsewhere. It is read once: every planned run asks for it.
  private static let processorFields =
    (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""

  /// The value of the first "name : value" line.
  private static func field(_ name: String, in text: String) -> String? {
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      if parts.count == 2, parts[0] == name { return parts[1] }
    }
    return nil
  }

  /// The output of a git command; nil if it fails or takes 20 s.
  private static func git(_ arguments: [String], in folder: String) -> String? {
    // On a disk of a network that does not answer, a revision is worth no more than this.
    guard
      let data = ChildProcess.output(
        of: "/usr/bin/env", ["git", "-C", folder] + arguments, seconds: 20)
    else { return nil }
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
