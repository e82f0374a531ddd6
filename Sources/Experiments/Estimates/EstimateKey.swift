import Core
import Domain
import Foundation
import Methods
import Torch

/// Everything that the speed and the memory of a run depend on. Runs that differ in the seed, the
/// number of epochs, the name of the row, or in data of the same size have the same key, so one
/// measurement serves all of them.
struct EstimateKey: Codable, Hashable {
  /// The model of the processor or the GPU.
  let machine: String
  /// The raw value of `Device`.
  let device: String
  /// The raw value of `Precision`.
  let precision: String
  let threads: Int
  /// The version, since versions differ in speed.
  let libtorch: String
  /// The numbers of images and clusters.
  let task: TaskShape
  let method: String
  /// Another version of a method may compute something else.
  let methodVersion: Int
  /// All settings except the number of epochs.
  let settings: [String: SettingValue]
  /// The first epochs of the run's phases.
  let phases: [Int]

  /// - Parameters:
  ///   - task: the size of the run's task.
  ///   - threads: of the run.
  ///   - machine: the model of what computes it.
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
  /// The settings that the time of a step depends on.
  var settingsWithoutEpochs: [String: SettingValue] {
    settings.filter { $0.key != SettingName.epochs || epochs == 0 }
  }

  /// The epochs at which the time of a step may change, ascending: the run's first epoch, and the end of
  /// every span of its settings, such as `warmup_epochs`, but for that of the learning rate. Empty for a
  /// method that does not train.
  package var phases: [Int] {
    guard epochs > 0 else { return [] }
    let ends = method.settings.compactMap { setting -> Int? in
      guard case .span = setting.kind, setting.name != SettingName.learningRateWarmup,
        let end = settings[setting.name].flatMap(EpochSpan.init)?.wholeEpochs(of: epochs)
      else { return nil }
      return firstEpoch < end && end < epochs ? end : nil
    }
    return [firstEpoch] + Set(ends).sorted()
  }
}
