import Methods
import Torch
import Vision

// How a method trains.
extension Examination {
  /// Finds unseeded random numbers, iteration over hashed collections, and races. Two runs of one
  /// seed must have the same clusters and the same bits of network, optimiser and memory: on one
  /// thread, then on two. Results on one and on two threads are not compared, because sums may
  /// differ.
  func checkDeterminism() throws {
    let (first, second) = (try self.first(), try fit())
    if try first.fitted.assign(images) != second.fitted.assign(images) {
      report(.determinism, "two runs with the same seed give different clusters")
    } else if try first.trial?.bits() != second.trial?.bits() {
      report(.determinism, "two runs with the same seed differ: \(try difference(first, second))")
    } else if try readOuts(of: first.fitted) != readOuts(of: second.fitted) {
      report(.determinism, "two runs with the same seed give different read-outs")
    }
    let before = Torch.threads
    defer { Torch.threads = before }
    Torch.threads = 2
    let (third, fourth) = (try fit(threads: 2), try fit(threads: 2))
    if try third.fitted.assign(images) != fourth.fitted.assign(images)
      || third.trial?.bits() != fourth.trial?.bits()
    {
      report(.determinism, "two runs with the same seed on two threads differ")
    }
  }

  /// The first tensor that differs, for the message.
  private func difference(
    _ first: (fitted: Method, trial: MethodTrial?), _ second: (fitted: Method, trial: MethodTrial?)
  ) throws -> String {
    let pairs = zip(first.trial?.state ?? [], second.trial?.state ?? [])
    let name = try pairs.first { try $0.tensor.floats() != $1.tensor.floats() }?.0.name
    return name.map { "'\($0)' differs" } ?? "they have different tensors"
  }

  /// Finds a method that ignores its seed. Two seeds must start with different bits and, if views
  /// change with the epoch, draw different views.
  ///
  /// It looks before the first step, because afterwards the trainer's order of images makes any two
  /// seeds differ. Methods that do not train are skipped: they may have nothing to draw.
  func checkSeed() throws {
    guard let first = try trial(), let second = try trial(seed: 2) else { return }
    if try first.bits() == second.bits() {
      report(.seed, "seeds 1 and 2 start with the same network and memory")
    }
    func views(_ trial: MethodTrial, epoch: Int) throws -> [[Float]] {
      try trial.method.views(of: images, at: Array(0..<8), epoch: epoch).map { try $0.floats() }
    }
    // Views that do not change with the epoch are not drawn at all.
    let drawn = try views(first, epoch: 0)
    if try drawn != views(first, epoch: 1), try drawn == views(second, epoch: 0) {
      report(.seed, "seeds 1 and 2 draw the same views")
    }
  }

  /// Finds state that a checkpoint misses. A run is handed to a new instance after epoch 1, after
  /// epoch 2 and within epoch 3. All four runs must end with the same bits and clusters after epoch
  /// 4.
  func checkResumption() throws {
    guard let straight = try trial() else { return }
    let end = 4
    var handedOver: [(trial: MethodTrial, place: String)] = []
    func handOver(_ place: String) throws {
      guard let other = try trial() else { return }
      try straight.handOver(to: other)
      handedOver.append((other, place))
    }
    for epoch in 1...2 {
      try straight.train(epochs: 1)
      try handOver("after epoch \(epoch)")
    }
    try straight.takeStep()
    try handOver("in epoch 3")
    try straight.train(epochs: end - 2)
    let (bits, clusters) = (try straight.bits(), try straight.method.assign(images))
    let readOuts = try readOuts(of: straight.method)
    for (other, place) in handedOver {
      try other.train(epochs: end - (place == "after epoch 1" ? 1 : 2))
      if try other.bits() != bits {
        report(.resumption, "interrupted \(place), it ends in a different state")
      } else if try other.method.assign(images) != clusters {
        report(.resumption, "interrupted \(place), it ends with different clusters")
      } else if try self.readOuts(of: other.method) != readOuts {
        report(.resumption, "interrupted \(place), it ends with different read-outs")
      }
    }
  }

  /// Finds, after three epochs: parameters that never had a gradient other than zero or do not
  /// require one, buffers and memory with a gradient, and two tensors with one name.
  func checkGradients() throws {
    guard let trial = try first().trial else { return }
    for name in trial.untouched.sorted() {
      report(.gradients, "no gradient reaches '\(name)' in \(Self.epochs) epochs")
    }
    for (name, tensor) in trial.method.network.parameters where !tensor.requiresGradient {
      report(.gradients, "the parameter '\(name)' does not require a gradient")
    }
    for (name, tensor) in trial.method.memory + trial.method.network.buffers
    where tensor.requiresGradient || tensor.gradient != nil {
      report(.gradients, "'\(name)' is not a parameter, but has a gradient")
    }
    let names = trial.state.map(\.name)
    for name in Set(names).sorted() where names.count(where: { $0 == name }) > 1 {
      report(.gradients, "two tensors are named '\(name)'")
    }
  }

  /// Finds a loss that does not fall, that is not finite, or whose terms change their names. Twelve
  /// steps are taken on all images of a pass, in three epochs, with and without a warm-up. The memory
  /// stays as it is meanwhile: towards targets that move with every step, a loss need not fall.
  ///
  /// In each epoch the loss must end below its highest start. In one of them at least, for each
  /// pass, it must fall clearly: in 15 of the 16 pairs of an early and a late step. Losses of parts that
  /// are updated one after the other need not fall, since one part may learn at another's cost.
  func checkLoss() throws {
    guard let trial = try trial() else { return }
    var names: [Int: [String]] = [:]
    var clearest: [Int: Int] = [:]
    var courses: [String] = []
    let first = trial.method.firstEpoch
    for epoch in first..<first + Self.epochs {
      for (pass, losses) in try trial.repeatedLosses(epoch: epoch, steps: 12).enumerated() {
        for found in losses.map({ $0.map(\.name) }) {
          let expected = names[pass, default: found]
          names[pass] = expected
          if found != expected {
            report(.loss, "its terms are \(expected) in one step and \(found) in another")
            return
          }
        }
        guard trial.method.updates.isEmpty else { continue }
        let totals = losses.map(\.total)
        checkFall(totals, epoch: epoch)
        clearest[pass] = max(clearest[pass] ?? 0, Self.fallingPairs(totals))
        courses.append(Self.course(totals))
      }
    }
    // A loss may oscillate in one epoch, but not in all. Noise falls in 15 pairs once in 35 times.
    if clearest.values.contains(where: { $0 < 15 }) {
      report(
        .loss,
        "in none of \(Self.epochs) epochs does it fall clearly over repeated steps on the same images: "
          + courses.joined(separator: "; ")
      )
    }
  }

  /// Reports losses whose last two are, on average, not below the highest of the first four.
  private func checkFall(_ totals: [Double], epoch: Int) {
    // The highest and not the first: a loss may rise at first.
    let highest = totals.prefix(4).max() ?? 0
    if !(totals.suffix(2).reduce(0, +) / 2 < highest) {
      report(
        .loss,
        "in epoch \(epoch + 1) it does not fall over repeated steps on the same images: "
          + Self.course(totals))
    }
  }

  /// Losses one after the other, rounded to thousandths.
  private static func course(_ totals: [Double]) -> String {
    totals.map { "\(($0 * 1000).rounded() / 1000)" }.joined(separator: ", ")
  }

  /// Of the 16 pairs of one of the first four losses and one of the last four, the number in which
  /// the loss falls.
  private static func fallingPairs(_ totals: [Double]) -> Int {
    let late = totals.suffix(4)
    return totals.prefix(4).reduce(0) { count, early in count + late.count { $0 < early } }
  }
}
