import Core
import Foundation
import HDF5
import Torch
import Vision

/// A short training that was recorded step by step from a method's official code: the initial
/// state, the views and the learning rate of every step, the losses and the final state.
///
/// Layout of `/trajectories/<name>`: attributes `method`, `source`, `settings` (JSON), `clusters`,
/// `images`, `steps`, `mean`, `deviation`, `tolerance`, `tolerance_change`; groups `initial` and
/// `final` (the network, under our names), `initial_memory` and `final_memory` (banks, queues,
/// momentum encoders), and `steps/<i>`.
struct Trajectory {
  /// The inputs of a step and the losses that the official code computed: the group `steps/<i>`.
  struct Step {
    /// Counted from 0 over the whole trajectory.
    let number: Int
    /// Counted from 0. A recording may start at a late epoch, around a change of the learning rate.
    let epoch: Int
    /// The pass within the epoch, for methods with several; else 0.
    let pass: Int
    /// The positions of the batch's images in the method's image set, [B].
    let positions: [Int]
    /// What the official optimiser used in this step.
    let learningRate: Double
    /// The momentum of the target network's moving average, if recorded.
    let encoderMomentum: Double?
    /// Whether each image has a pseudo-label that the step learns from, if recorded: [B], 0 or 1.
    let confident: [Double]?
    /// By term, weighted as in the sum. A name "a+b" is the sum of two of our terms.
    let losses: [String: Double]
  }

  let name: String
  /// The name of our method.
  let method: String
  /// The official code: "repository@commit".
  let source: String
  let clusters: Int
  /// The number of images that the method learns from, N.
  let images: Int
  /// Our settings by name, with the values of the official code.
  let settings: [String: SettingValue]
  /// The largest relative deviation of a loss series or a tensor.
  let tolerance: Double
  /// The largest relative deviation of the change of all parameters, final minus initial. It finds
  /// errors in the updates that the size of the weights hides.
  let changeTolerance: Double
  let steps: [Step]
  /// Height and width of the views in pixels.
  let height: Int
  let width: Int
  /// Views are stored in 0...1; these normalise them per channel, as the official code does.
  private let statistics: ChannelStatistics
  private let group: HDF5Group

  /// Reads everything but views and tensors.
  /// - Throws: `ParityError` for values outside their ranges or images that are too large;
  ///   `HDF5Error`.
  init(_ name: String, in trajectories: HDF5Group) throws {
    self.name = name
    let group = try trajectories.group(name)
    self.group = group
    func count(_ attribute: String, _ range: ClosedRange<Int>) throws -> Int {
      let value = Int(try group.attribute(attribute, as: Int64.self))
      guard range.contains(value) else {
        throw ParityError.outOfRange(
          case: name, name: attribute, value: value,
          expected: "\(range.lowerBound) to \(range.upperBound)")
      }
      return value
    }
    method = try group.stringAttribute("method")
    source = try group.stringAttribute("source")
    clusters = try count("clusters", 2...10_000)
    images = try count("images", 2...50_000)
    tolerance = try group.attribute("tolerance")
    changeTolerance = try group.attribute("tolerance_change")
    let json = Data(try group.stringAttribute("settings").utf8)
    guard let settings = try? JSONDecoder().decode([String: SettingValue].self, from: json) else {
      throw ParityError.malformed(case: name, problem: "its settings are not a JSON object")
    }
    self.settings = settings
    let mean: [Double] = try group.attributes("mean")
    let deviation: [Double] = try group.attributes("deviation")
    guard mean.count == 3, deviation.count == 3, mean.allSatisfy(\.isFinite),
      deviation.allSatisfy({ $0.isFinite && $0 > 0 })
    else {
      throw ParityError.malformed(
        case: name, problem: "mean and deviation are not three numbers each, the latter above 0")
    }
    statistics = ChannelStatistics(mean: mean, standardDeviation: deviation)
    let size = try group.dataSet("steps/0/views").shape.suffix(2)
    (height, width) = (size.first ?? 0, size.last ?? 0)
    let isPlausible =
      (1...1024).contains(height) && (1...1024).contains(width)
      && images * height * width <= 1 << 25
    guard isPlausible else {
      throw ParityError.tooLarge(case: name, object: "its \(images) images of \(Array(size))")
    }
    let images = images
    steps = try (0..<count("steps", 1...10_000)).map {
      try Self.step($0, group.group("steps/\($0)"), of: name, images: images)
    }
  }

  /// Reads the numbers of a step.
  /// - Throws: `ParityError` for an index outside the images, a list in the place of a number, or
  ///   no loss term.
  private static func step(
    _ number: Int, _ group: HDF5Group, of trajectory: String, images: Int
  ) throws -> Step {
    func values(_ path: String) throws -> [Double] {
      let dataSet = try group.dataSet(path)
      try requireReadable(dataSet, of: trajectory)
      return try dataSet.read()
    }
    func scalar(_ path: String) throws -> Double {
      let values = try values(path)
      guard values.count == 1 else {
        throw ParityError.wrongShape(
          case: trajectory, input: "\(group.path)/\(path)", found: [values.count],
          expected: "one value")
      }
      return values[0]
    }
    func integer(_ path: String, below limit: Int) throws -> Int {
      try index(scalar(path), path, below: limit)
    }
    func index(_ value: Double, _ path: String, below limit: Int) throws -> Int {
      guard let value = Int(exactly: value), (0..<limit).contains(value) else {
        throw ParityError.malformed(
          case: trajectory,
          problem: "\(value) in \(group.path)/\(path) is not an integer from 0 to \(limit - 1)")
      }
      return value
    }
    let losses = try group.group("loss")
    let terms = try losses.children()
    guard !terms.isEmpty, terms.count <= 64 else {
      throw ParityError.malformed(
        case: trajectory, problem: "\(losses.path) has \(terms.count) terms")
    }
    return Step(
      number: number, epoch: try integer("epoch", below: 1_000_000),
      pass: try integer("pass", below: 1000),
      positions: try values("index").map { try index($0, "index", below: images) },
      learningRate: try scalar("learning_rate"),
      encoderMomentum: try group.contains("encoder_momentum") ? scalar("encoder_momentum") : nil,
      confident: try group.contains("confident") ? values("confident") : nil,
      losses: Dictionary(
        try terms.map { ($0, try scalar("loss/\($0)")) }, uniquingKeysWith: { $1 }))
  }

  /// The views of a step, normalised: one tensor [B, 3, H, W] for each view, channels last.
  /// - Throws: `ParityError.wrongShape` unless the data set is [V, B, 3, H, W]; `.tooLarge`.
  func views(of step: Step) throws -> [Tensor] {
    let dataSet = try group.dataSet("steps/\(step.number)/views")
    let (shape, count) = (dataSet.shape, step.positions.count)
    guard shape.count == 5, shape[0] > 0, Array(shape[1...]) == [count, 3, height, width], count > 0
    else {
      throw ParityError.wrongShape(
        case: name, input: dataSet.path, found: shape,
        expected: "[V, \(count), 3, \(height), \(width)]")
    }
    try requireReadable(dataSet, of: name)
    let views = try Tensor(dataSet.read(as: Float.self), shape: shape).to(ParityFile.device)
    return (0..<shape[0]).map {
      statistics.normalise(views.narrowed(0, to: $0..<($0 + 1)).squeezed(0)).channelsLast()
    }
  }

  /// The tensors of a group.
  /// - Parameters:
  ///   - path: `initial`, `final`, `initial_memory` or `final_memory`.
  ///   - leavingOut: a subgroup to skip.
  /// - Returns: nil for a memory that is not recorded.
  func tensors(_ path: String, leavingOut: String? = nil) throws -> NamedDataSets? {
    guard try !path.hasSuffix("_memory") || group.contains(path) else { return nil }
    return try NamedDataSets(group.group(path), of: name, leavingOut: leavingOut)
  }

  /// The recorded start of an epoch, such as DeepCluster's classes and its new classifier; nil if
  /// the epoch has none.
  func start(of epoch: Int) throws -> NamedDataSets? {
    let path = "initial_memory/epochs/\(epoch)"
    guard try group.contains(path) else { return nil }
    return try NamedDataSets(group.group(path), of: name)
  }
}
