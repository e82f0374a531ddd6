import Methods
import Torch
import Vision

/// A method with read-outs: the other of two clusters, and how many images the first one has.
///
/// `Says` is what it says of itself, which may be wrong.
final class ReadOutMethod<Says: ReadOutChoice>: TrainedMethod, ReportsReadOuts {
  typealias Settings = Trained<Honest>.Settings
  static var description: MethodDescription { Trained<Honest>.description }

  let inputs: Inputs
  private let base: Trained<Honest>
  /// No part of a checkpoint.
  private var calls = 0
  private var begun = 0

  init(_ inputs: Inputs) throws {
    self.inputs = inputs
    base = try Trained<Honest>(inputs)
  }

  var plan: TrainingPlan { base.plan }
  var augmentation: Augmentation { base.augmentation }
  var network: any Module { base.network }
  var memory: [NamedTensor] { base.memory }

  func beginEpoch(_ epoch: Int) { begun += 1 }
  func loss(_ batch: Batch) throws -> [LossTerm] { [("red", try base.loss(batch)[0].value)] }
  func assign(_ images: ImageSet) throws -> [Int32] { try base.assign(images) }

  func readOuts(of images: ImageSet) throws -> ReadOuts {
    calls += 1
    return Says.readOuts(try assign(images), calls: calls, begun: begun)
  }
}

/// What a `ReadOutMethod` says of its clusters.
protocol ReadOutChoice {
  /// - Parameters:
  ///   - clusters: 0 or 1, [N].
  ///   - calls: how often it was asked.
  ///   - begun: the epochs that this instance has begun.
  static func readOuts(_ clusters: [Int32], calls: Int, begun: Int) -> ReadOuts
}

enum SaysWhatIs: ReadOutChoice {
  static func readOuts(_ clusters: [Int32], calls: Int, begun: Int) -> ReadOuts {
    ReadOuts(
      assigned: clusters, predictions: [("other", clusters.map { 1 - $0 })],
      measures: [("largest", ReadOuts.clusterShares(of: clusters, clusters: 2).largest)])
  }
}

enum SaysTooLittle: ReadOutChoice {
  static func readOuts(_ clusters: [Int32], calls: Int, begun: Int) -> ReadOuts {
    ReadOuts(assigned: clusters, predictions: [("other", clusters.dropLast())])
  }
}

enum SaysTooMuch: ReadOutChoice {
  static func readOuts(_ clusters: [Int32], calls: Int, begun: Int) -> ReadOuts {
    ReadOuts(assigned: clusters, predictions: [("other", clusters.map { $0 + 1 })])
  }
}

enum SaysOtherwise: ReadOutChoice {
  static func readOuts(_ clusters: [Int32], calls: Int, begun: Int) -> ReadOuts {
    ReadOuts(assigned: clusters.map { 1 - $0 })
  }
}

enum SaysNothing: ReadOutChoice {
  static func readOuts(_ clusters: [Int32], calls: Int, begun: Int) -> ReadOuts {
    ReadOuts(assigned: clusters, measures: [("spread", .nan)])
  }
}

/// Under the name of its loss.
enum SaysLoss: ReadOutChoice {
  static func readOuts(_ clusters: [Int32], calls: Int, begun: Int) -> ReadOuts {
    ReadOuts(assigned: clusters, measures: [("red", 1)])
  }
}

enum SaysMoreEachTime: ReadOutChoice {
  static func readOuts(_ clusters: [Int32], calls: Int, begun: Int) -> ReadOuts {
    ReadOuts(assigned: clusters, measures: [("calls", Double(calls))])
  }
}

enum SaysWhatNoCheckpointHas: ReadOutChoice {
  static func readOuts(_ clusters: [Int32], calls: Int, begun: Int) -> ReadOuts {
    ReadOuts(assigned: clusters, measures: [("begun", Double(begun))])
  }
}
