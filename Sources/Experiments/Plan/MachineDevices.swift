import Core
import Foundation
import Torch

/// A processor or a card of this machine.
package struct MachineDevice: Encodable, Sendable {
  /// "cpu" or "cuda".
  package let device: String
  /// The model: "AMD EPYC 9B45", "NVIDIA H200".
  package let name: String
  /// The processors that this process may use; nil for a card.
  package let cores: Int?
  /// The memory in bytes; nil if the system does not say.
  package let memoryBytes: Int?
  /// The widest vectors of the processor, "AVX-512", "AVX2" or "other"; nil for a card.
  package let vectors: String?
  /// What `--precision auto` is.
  package let precision: Precision
  /// Whether networks can run on it with this libtorch.
  package let usable: Bool
}

extension Machine {
  /// The processor, then the cards that NVIDIA's driver shows.
  package static var devices: [MachineDevice] {
    let processor = MachineDevice(
      device: Device.cpu.rawValue, name: name(of: .cpu), cores: cores,
      memoryBytes: Int(clamping: ProcessInfo.processInfo.physicalMemory), vectors: vectors,
      precision: PrecisionChoice.auto.resolved(on: .cpu), usable: true)
    let memory = cardMemory
    return [processor]
      + installedCardNames.enumerated().map { place, name in
        MachineDevice(
          device: Device.cuda.rawValue, name: name, cores: nil,
          memoryBytes: memory.indices.contains(place) ? memory[place] : nil, vectors: nil,
          precision: PrecisionChoice.auto.resolved(on: .cuda), usable: Torch.hasCUDA)
      }
  }

  /// Why `--device cuda` cannot be used here, and what to do; nil if it can.
  package static var reasonWithoutCard: String? {
    do {
      try checkHas(.cuda)
      return nil
    } catch {
      return error.description
    }
  }

  /// What would make networks faster on this processor; nil if nothing is known. docs/install.md has the
  /// measurements.
  package static var engineAdvice: String? {
    guard Torch.version.hasPrefix("1."),
      Torch.configuration.contains("3x3 convolutions: libtorch")
    else { return nil }
    return "convolutions are libtorch's here: steps may be up to 1.2 times as fast with a libtorch "
      + "of 2.x instead of \(Torch.version) (docs/install.md)"
  }

  /// The memory of the cards in bytes, from NVIDIA's tool; empty without it.
  private static var cardMemory: [Int] {
    guard installedCards > 0,
      let data = ChildProcess.output(
        of: "/usr/bin/env",
        ["nvidia-smi", "--query-gpu=memory.total", "--format=csv,noheader,nounits"], seconds: 20)
    else { return [] }
    return String(decoding: data, as: UTF8.self).split(separator: "\n").compactMap {
      Int($0.trimmingCharacters(in: .whitespaces)).map { $0 << 20 }
    }
  }
}
