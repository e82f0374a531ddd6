import Core
import Torch

/// What libtorch says of its own build, in lines of `Torch.configuration`.
///
///     let build = EngineBuild(Torch.configuration)
///     build.oneDNN  // "2.6.3"
package struct EngineBuild: Hashable, Sendable {
  /// The version of oneDNN, which computes convolutions; nil without it.
  package let oneDNN: String?
  /// The library of matrix products: "mkl", "generic"; nil if libtorch does not say.
  package let blas: String?
  /// The widest instructions of libtorch's own kernels here: "AVX2"; nil if libtorch does not say.
  package let instructions: String?
  /// Those of this program's own 3x3 convolutions: "AVX-512"; "libtorch" where libtorch computes these, too.
  package let convolutions: String?

  package init(_ configuration: String) {
    func found(_ pattern: Regex<(Substring, Substring)>) -> String? {
      configuration.firstMatch(of: pattern).map { String($0.1) }
    }
    oneDNN = found(/(?:MKL-DNN|oneDNN) v([\d.]+)/)
    blas = found(/BLAS_INFO=(\w+)/)
    instructions = found(/CPU capability usage: ([\w-]+)/)
    convolutions = found(/3x3 convolutions: ([\w-]+)/)
  }
}

extension MachineCheck {
  /// Libtorch, cards, the precision that runs have, and whether another libtorch would be faster. The first
  /// use loads libtorch; where that is impossible, the process ends with a line that says why.
  package static var engine: [MachineCheck] {
    let cards = Machine.devices.dropFirst().map { card in
      card.name + (card.memoryBytes.map { " (\(Quantities.memory($0)))" } ?? "")
    }
    return [
      libtorch(EngineBuild(Torch.configuration), version: Torch.version),
      self.cards(cards, isUsable: Torch.hasCUDA),
      precision(PrecisionChoice.auto.resolved(on: .cpu), multiplies: Machine.multipliesBFloat16),
      otherEngine(Machine.engineAdvice),
    ]
  }

  package static func libtorch(_ build: EngineBuild, version: String) -> MachineCheck {
    let parts = [
      build.oneDNN.map { "oneDNN \($0)" }, build.blas.map { "BLAS \($0)" },
      build.instructions.map { "kernels \($0)" },
      build.convolutions.map { "3x3 convolutions \($0)" },
    ].compactMap(\.self)
    let finding = (["libtorch \(version)"] + parts).joined(separator: ", ")
    guard build.oneDNN == nil else { return .ok("engine", finding) }
    return .note(
      "engine", finding + ", no oneDNN",
      advice: "convolutions are slow: build with LIBTORCH set to a libtorch that has it")
  }

  /// - Parameters:
  ///   - names: the cards that the driver shows, with their memory.
  ///   - isUsable: whether libtorch can use one.
  package static func cards(_ names: [String], isUsable: Bool) -> MachineCheck {
    let list = names.joined(separator: ", ")
    if isUsable {
      return .ok("GPU", list.isEmpty ? "one" : list, advice: "--device cuda uses it")
    }
    guard !names.isEmpty else { return .ok("GPU", "none: networks run on the processor") }
    return .note(
      "GPU", "\(list), which libtorch \(Torch.version) cannot use",
      advice: "build with LIBTORCH set to a libtorch with CUDA (docs/install.md)")
  }

  static func precision(_ auto: Precision, multiplies: Bool) -> MachineCheck {
    multiplies
      ? MachineCheck.ok(
        "precision", "auto is \(auto) on the processor, which has instructions for it",
        advice: "'scl devices --measure' compares it with float32")
      : MachineCheck.ok("precision", "auto is \(auto) on the processor")
  }

  /// - Parameter advice: what `scl plan` says of another libtorch; nil for nothing.
  package static func otherEngine(_ advice: String?) -> MachineCheck {
    advice.map { MachineCheck.note("other engine", $0) }
      ?? MachineCheck.ok("other engine", "none is known to be faster on this processor")
  }
}
