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

  /// All settings of a method, with `values` over its defaults.
  /// - Throws: `SettingError`.
  static func resolved<Method: ClusteringMethod>(
    _ type: Method.Type, _ values: [String: SettingValue]
  ) throws -> [String: SettingValue] {
    try Method.resolve(values)
  }

  /// Checks the length of a queue before it is allocated: a file could ask for more than any memory
  /// holds.
  /// - Throws: `ParityError.outOfRange` above 65,536 entries.
  static func requireQueue(
    _ settings: [String: SettingValue], _ memory: NamedDataSets?, of trajectory: String
  ) throws {
    guard case .integer(let length) = settings["queue"], length > 65_536 else { return }
    throw ParityError.outOfRange(
      case: trajectory, name: "queue", value: length, expected: "2 to 65536")
  }

  /// Creates an instance with K = `clusters`. A stage that it starts from is created without
  /// training, because the trajectory's tensors replace it anyway.
  /// - Throws: `ParityError.malformed` for a method that does not train; errors of its settings.
  static func make<Method: ClusteringMethod>(
    _ type: Method.Type, _ values: [String: SettingValue], clusters: Int, images: ImageSet,
    of trajectory: String
  ) throws -> any TrainedMethod {
    let settings = try Method.Settings.schema.resolve(values)
    let file = NSTemporaryDirectory() + "trajectory-\(UUID().uuidString).safetensors"
    defer { try? FileManager.default.removeItem(atPath: file) }
    let stage = try Method.stage(of: settings).map { stage in
      let method = try make(
        MethodRegistry.builtIn.method(stage.method),
        stage.defaults.merging(stage.settings) { $1 }, clusters: clusters, images: images,
        of: trajectory)
      try SafeTensors.write(encoderTensors(of: method.network), to: file)
      return FinishedStage(file: file)
    }
    let method = try Method(
      settings: settings, context: MethodContext(clusters: clusters, seed: 0, stage: stage),
      images: images)
    guard let method = method as? any TrainedMethod else {
      throw ParityError.malformed(
        case: trajectory, problem: "the method \(Method.description.name) does not train")
    }
    return method
  }
}
