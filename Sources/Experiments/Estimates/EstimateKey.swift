import Core
import Domain
import Foundation
import Methods
import Torch

/// All that the speed and the memory of a run depend on. Runs that differ in seed, epochs, data of
/// the same size or row name have the same key.
struct EstimateKey: Codable, Hashable {
  /// The processor's or the card's name.
  let machine: String
  let device: String
  let precision: String
  let threads: Int
  let libtorch: String
  let task: TaskShape
  let method: String
  let methodVersion: Int
  let settings: [String: SettingValue]
  /// The first epochs of the run's phases.
  let phases: [Int]

  init(_ run: PlannedRun, task: TaskShape, threads: Int, machine: String) {
    self.machine = machine
    device = run.device.rawValue
    precision = run.precision.rawValue
    self.threads = threads
    libtorch = Torch.version
    self.task = task
    method = run.method.description.name
    methodVersion = run.method.description.version
    settings = run.settingsWithoutEpochs
    phases = run.phases
  }

  /// SHA-256 of the key as JSON with sorted keys.
  func hash() throws -> String {
    var hash = SHA256Hash()
    hash.update(try JSONEncoder.sorted().encode(self))
    return hash.hexadecimal
  }
}

extension PlannedRun {
  /// What the time of a step depends on.
  var settingsWithoutEpochs: [String: SettingValue] {
    settings.filter { $0.key != SettingName.epochs || epochs == 0 }
  }

  /// The epochs at which the steps of training may change, ascending: the first, and the end of
  /// whatever lasts "so many epochs" by the name of its setting, such as `warmup_epochs`.
  var phases: [Int] {
    guard epochs > 0 else { return [] }
    let ends = settings.compactMap { name, value -> Int? in
      guard name.hasSuffix("_epochs"), let end = EpochSpan(value)?.wholeEpochs(of: epochs) else {
        return nil
      }
      return (1..<epochs).contains(end) ? end : nil
    }
    return [0] + Set(ends).sorted()
  }
}
