import Methods
import Records
import Torch

/// Compares what a replay comes to with what a trajectory records.
struct TrajectoryComparison {
  private let trajectory: Trajectory
  private let method: any TrainedMethod
  /// Each series that the trajectory records: step, what was got and what was expected.
  private var series: [String: [(step: Int, got: Double, expected: Double)]] = [:]
  private var unknownTerm: String?

  init(_ trajectory: Trajectory, _ method: any TrainedMethod) {
    self.trajectory = trajectory
    self.method = method
  }

  // MARK: Steps

  /// - Parameters:
  ///   - confident: of our pseudo-labels, where the method has any.
  ///   - learningRate: of our schedule; nil where it is not the official one.
  mutating func add(
    _ step: Trajectory.Step, _ losses: [PartialLoss], confident: [Double]?, learningRate: Double?,
    encoderMomentum: Double?
  ) {
    let own = Dictionary(losses.map { ($0.name, $0.value) }) { $1 }
    let total = losses.reduce(0) { $0 + $1.value }
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
      // A method without pseudo-labels has none of them right.
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

  /// A term's value: our own, the sum that "a+b" names, or the sum of all; nil for an unknown one.
  private func value(of term: String, _ own: [String: Double], _ total: Double) -> Double? {
    if let value = own[term] { return value }
    let offset = OfficialBehaviour.offset(of: trajectory.method)
    if term == "total" || (term == "official" && offset != 0) { return total + offset }
    let parts = term.split(separator: "+").map { own[String($0)] }
    guard parts.count > 1, parts.allSatisfy({ $0 != nil }) else { return nil }
    return parts.reduce(0) { $0 + ($1 ?? 0) }
  }

  // MARK: The end

  /// - Parameter followedTarget: whether our target has followed the last step where it is compared.
  /// - Throws: `ParityError` where the trajectory records what this method does not have, or lacks what it
  ///   has to record.
  func deviations(followedTarget: Bool) throws -> [Deviation] {
    if let unknownTerm {
      throw ParityError.unknownTensor(
        case: trajectory.name, object: "loss term '\(unknownTerm)'")
    }
    return series.sorted { $0.key < $1.key }.map(deviation) + (try networkDeviations())
      + (try memoryDeviations(followedTarget: followedTarget))
  }

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

  /// The network's tensors, and the way that its parameters went.
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
        place: "way of the parameters", value: way.ratio, tolerance: trajectory.changeTolerance))
    return deviations
  }

  private func memoryDeviations(followedTarget: Bool) throws -> [Deviation] {
    guard let all = try trajectory.tensors("final_memory") else {
      if let initial = try trajectory.tensors("initial_memory", leavingOut: "epochs"),
        !initial.names.isEmpty
      {
        throw ParityError.missing(case: trajectory.name, object: "final_memory")
      }
      return []
    }
    // Both are there where official code follows at another time than we do.
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

  /// Every tensor that is recorded against ours of the same name.
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
