import Core
import Foundation
import Methods
import Torch
import Vision

/// Creates the method that a trajectory is replayed with.
enum TrajectoryMethod {
  /// Images of noise. Only their number and size matter, because the trajectory brings its own
  /// views.
  static func images(_ count: Int, height: Int, width: Int) throws -> ImageSet {
    var stream = RandomStream(seed: 0, purpose: .rehearsal)
    let pixels = (0..<count * height * width * 3).map { _ in
      UInt8(truncatingIfNeeded: stream.next())
    }
    return try ImageSet(
      pixels: pixels, height: height, width: width, drawKeys: Array(0..<count))
  }

  /// Checks the length of a queue before it is allocated: a file could ask for more than any memory
  /// holds.
  /// - Throws: `ParityError.outOfRange` above 65,536 entries.
  static func requireQueue(_ settings: [String: SettingValue], of trajectory: String) throws {
    guard case .integer(let length) = settings["queue"], length > 65_536 else { return }
    throw ParityError.outOfRange(
      case: trajectory, name: "queue", value: length, expected: "2 to 65536")
  }

  /// Creates an instance with K = `clusters`. A stage that it starts from is created without
  /// training, because the trajectory's tensors replace it anyway.
  /// - Throws: `ParityError.malformed` for a method that does not train; errors of a stage's settings.
  static func make(
    _ configured: ConfiguredMethod, clusters: Int, images: ImageSet, of trajectory: String
  ) throws -> any TrainedMethod {
    let file = NSTemporaryDirectory() + "trajectory-\(UUID().uuidString).safetensors"
    defer { try? FileManager.default.removeItem(atPath: file) }
    let stage = try configured.stage.map { stage in
      let method = try make(
        ConfiguredMethod(
          MethodRegistry.builtIn.method(stage.method),
          stage.defaults.merging(stage.settings) { $1 }),
        clusters: clusters, images: images, of: trajectory)
      try SafeTensors.write(stageTensors(of: method), to: file)
      return FinishedStage(file: file)
    }
    let method = try configured.make(
      context: MethodContext(
        clusters: clusters, seed: 0, device: ParityFile.device, stage: stage), images: images)
    guard let method = method as? any TrainedMethod else {
      let name = configured.type.description.name
      throw ParityError.malformed(
        case: trajectory, problem: "the method \(name) does not train")
    }
    return method
  }
}
