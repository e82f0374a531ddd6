import Core
import Foundation
import HDF5
import Torch
import Vision

/// A short training recorded step by step from a method's official code: where it begins, the views and
/// learning rate of each step, and where it ends.
struct Trajectory {
  /// What a step was given, and the losses that it had.
  struct Step {
    let number: Int
    let epoch: Int
    let pass: Int
    let positions: [Int]
    let learningRate: Double
    /// Of BYOL's and MoCo's target, where it is recorded.
    let encoderMomentum: Double?
    /// Whether an image is learnt from, where it is recorded: [B], 0 or 1.
    let confident: [Double]?
    /// By term.
    let losses: [String: Double]
  }

  let name: String
  /// The name of our method.
  let method: String
  let source: String
  let clusters: Int
  /// The number of images that the method learns from.
  let images: Int
  let settings: [String: SettingValue]
  let tolerance: Double
  /// Of the way that the parameters went.
  let changeTolerance: Double
  let steps: [Step]
  /// Height and width of the views in pixels.
  let height: Int
  let width: Int
  private let statistics: ChannelStatistics
  private let group: HDF5Group

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
          problem: "\(value) in \(group.path)/\(path) is no integer of 0 to \(limit - 1)")
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

  /// The views of a step as a network gets them, normalised, each [B, 3, H, W].
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
    let views = try Tensor(dataSet.read(as: Float.self), shape: shape)
    return try (0..<shape[0]).map {
      try statistics.normalise(views.narrowed(0, to: $0..<($0 + 1)).squeezed(0)).channelsLast()
    }
  }

  /// The tensors of `initial`, `final`, `initial_memory` or `final_memory`; none where a memory is not
  /// recorded.
  func tensors(_ path: String, leavingOut: String? = nil) throws -> NamedDataSets? {
    guard try !path.hasSuffix("_memory") || group.contains(path) else { return nil }
    return try NamedDataSets(group.group(path), of: name, leavingOut: leavingOut)
  }

  /// What an epoch begins with, where that is recorded: a clustering, and a classifier for it.
  func start(of epoch: Int) throws -> NamedDataSets? {
    let path = "initial_memory/epochs/\(epoch)"
    guard try group.contains(path) else { return nil }
    return try NamedDataSets(group.group(path), of: name)
  }
}
