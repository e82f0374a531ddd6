import Methods
import Records
import Torch

/// Collects what a replay computes and compares it with what the trajectory recorded: loss series,
/// schedules, the final network and the final memory. Each comparison is a `Deviation`.
struct TrajectoryComparison {
  private let trajectory: Trajectory
  private let method: any TrainedMethod
  /// Scalars by name, over the steps: losses, learning rate, momentum, pseudo-labels.
  private var series: [String: [(step: Int, got: Double, expected: Double)]] = [:]
  /// A recorded loss term that our method does not have.
  private var unknownTerm: String?

  init(_ trajectory: Trajectory, _ method: any TrainedMethod) {
    self.trajectory = trajectory
    self.method = method
  }

  // MARK: Steps

  /// Adds a step of the replay.
  /// - Parameters:
  ///   - step: the recorded step.
  ///   - losses: our terms.
  ///   - confident: of our pseudo-labels, 0 or 1 for each image; nil for a method without any.
  ///   - learningRate: of our schedule; nil if our schedule differs from the official one by
  ///     design.
  ///   - encoderMomentum: of our schedule; nil for a method without a target network.
  mutating func add(
    _ step: Trajectory.Step, _ losses: [PartialLoss], confident: [Double]?, learningRate: Double?,
    encoderMomentum: Double?
  ) {
    let own = Dictionary(losses.map { ($0.name, $0.value) }) { $1 }
    let total = losses.total
    for (term, expected) in step.losses {
      if let got = value(of: term, own, total) {
        add("loss \(term)", step, got, expected)
      } else {
        unknownTerm = unknownTerm ?? term
      }
    }
    if let learningRate { add("learning_rate", step, learningRate, step.learningRate) }
    if let encoderMomentum, let expected = step.encoderMomentum {
      add("encoder_momentum", step, encoderMomentum, expected)
    }
    if let expected = step.confident {
      // NaN makes the comparison fail for a method without pseudo-labels.
      let got = confident ?? [Double](repeating: .nan, count: expected.count)
      for (index, value) in expected.enumerated() {
        add("confident", step, index < got.count ? got[index] : .nan, value)
      }
    }
  }

  private mutating func add(
    _ name: String, _ step: Trajectory.Step, _ got: Double, _ expected: Double
  ) {
    series[name, default: []].append((step.number, got, expected))
  }

  /// Our value of a recorded term: the term itself, the sum that "a+b" names, or the total; nil for
  /// an unknown term.
  private func value(of term: String, _ own: [String: Double], _ total: Double) -> Double? {
    if let value = own[term] { return value }
    let offset = OfficialBehaviour.offset(of: trajectory.method)
    if term == "total" || (term == "official" && offset != 0) { return total + offset }
    let parts = term.split(separator: "+").map { own[String($0)] }
    guard parts.count > 1, parts.allSatisfy({ $0 != nil }) else { return nil }
    return parts.reduce(0) { $0 + ($1 ?? 0) }
  }

  // MARK: The end

  /// Compares everything after the last step.
  /// - Parameter followedTarget: whether our target network has followed the last step when it is
  ///   compared. A recording may have the target before and after that update; the matching one is
  ///   used.
  /// - Throws: `ParityError.unknownTensor` if the trajectory has something that our method lacks,
  ///   `.missing` if it lacks something that our method has.
  func deviations(followedTarget: Bool) throws -> [Deviation] {
    if let unknownTerm {
      throw ParityError.unknownTensor(
        case: trajectory.name, object: "loss term '\(unknownTerm)'")
    }
    return series.sorted { $0.key < $1.key }.map(deviation) + (try networkDeviations())
      + (try memoryDeviations(followedTarget: followedTarget))
  }

  /// The deviation of a series as a vector over the steps. Its place names the step that is
  /// farthest off.
  private func deviation(
    _ name: String, _ values: [(step: Int, got: Double, expected: Double)]
  ) -> Deviation {
    var norms = Deviation.Norms()
    for value in values { norms.add(value.got, value.expected) }
    func error(_ value: (step: Int, got: Double, expected: Double)) -> Double {
      let difference = abs(value.got - value.expected)
      return difference.isNaN ? .infinity : difference
    }
    let farthest = values.max { error($0) < error($1) }
    return Deviation(
      place: farthest.map { "\(name), step \($0.step)" } ?? name, value: norms.ratio,
      tolerance: trajectory.tolerance)
  }

  /// The tensors of the network, and the change of all its parameters together.
  private func networkDeviations() throws -> [Deviation] {
    guard let final = try trajectory.tensors("final"),
      let initial = try trajectory.tensors("initial")
    else { throw ParityError.missing(case: trajectory.name, object: "final") }
    for (name, _) in method.network.parameters where !final.contains(name) {
      throw ParityError.missing(case: trajectory.name, object: "final/\(name)")
    }
    let parameters = Set(method.network.parameters.map(\.name))
    var way = Deviation.Norms()
    var deviations = try compare(final, with: method.network.state, "final/") { name, pairs in
      guard parameters.contains(name), initial.contains(name) else { return }
      for (pair, start) in zip(pairs, try final.matching(name, in: initial)) {
        way.add(pair.got - start, pair.expected - start)
      }
    }
    deviations.append(
      Deviation(
        place: "change of the parameters", value: way.ratio, tolerance: trajectory.changeTolerance))
    return deviations
  }

  /// The tensors of the memory. Every tensor of `initial_memory` must be in `final_memory`.
  private func memoryDeviations(followedTarget: Bool) throws -> [Deviation] {
    guard let all = try trajectory.tensors("final_memory") else {
      if let initial = try trajectory.tensors("initial_memory", leavingOut: "epochs"),
        !initial.names.isEmpty
      {
        throw ParityError.missing(case: trajectory.name, object: "final_memory")
      }
      return []
    }
    // A recording has both if official code updates its target at another time than we do.
    let followed = all.below("target_followed.")
    let isFollowed = followedTarget && !followed.names.isEmpty
    let memory = method.memory
    var deviations = try compare(
      all.without("target_followed.").without(isFollowed ? "target." : "target_followed."),
      with: memory, "final_memory/")
    if isFollowed {
      let target = memory.compactMap { name, tensor in
        name.hasPrefix("target.")
          ? (name: String(name.dropFirst("target.".count)), tensor: tensor) : nil
      }
      deviations += try compare(followed, with: target, "final_memory/target_followed.")
    }
    for name in try trajectory.tensors("initial_memory", leavingOut: "epochs")?.names ?? []
    where !all.contains(name) {
      throw ParityError.missing(case: trajectory.name, object: "final_memory/\(name)")
    }
    return deviations
  }

  /// Compares each recorded tensor with ours of the same name.
  /// - Parameter body: is called with the values of each tensor.
  /// - Throws: `ParityError.unknownTensor`.
  private func compare(
    _ recorded: NamedDataSets, with own: [NamedTensor], _ prefix: String,
    _ body: (_ name: String, _ pairs: [(got: Double, expected: Double)]) throws -> Void = { _, _ in
    }
  ) throws -> [Deviation] {
    try recorded.names.map { name in
      guard let tensor = own.first(where: { $0.name == name })?.tensor else {
        throw ParityError.unknownTensor(case: trajectory.name, object: prefix + name)
      }
      let pairs = try recorded.pairs(name, with: tensor)
      var norms = Deviation.Norms()
      for pair in pairs { norms.add(pair.got, pair.expected) }
      try body(name, pairs)
      return Deviation(
        place: prefix + name, value: norms.ratio,
        tolerance: try recorded.tolerance(of: name) ?? trajectory.tolerance)
    }
  }
}
