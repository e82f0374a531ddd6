import Core

/// Training in blocks: a pass over the images is cut into blocks. Where a block begins, the method makes
/// its targets of the whole block by the network as it is (`TrainedMethod.beginBlock`); then the network
/// learns them in several passes of small batches over the block (DAC, DCCM).
///
/// ```swift
/// var plan: TrainingPlan {
///   TrainingPlan(training: settings.training, views: 1, blocks: settings.blocks)
/// }
/// ```
public struct BlockSettings: Configurable {
  /// Images of a block, about: a pass is cut into even blocks.
  public var size = 1000
  /// Passes over a block, each in a new order.
  public var passes = 10
  /// Steps in a row on the same batch, each in views of its own.
  public var repeats = 2

  public init() {}

  public static let schema = SettingsSchema<Self>([
    .integer(
      "block_size", \.size, in: 2...1_000_000,
      "images whose targets are fixed at once, about: a pass is cut evenly"),
    .integer("block_passes", \.passes, in: 1...1000, "passes over a block with its targets"),
    .integer("batch_repeats", \.repeats, in: 1...16, "steps in a row on a batch, in other views"),
  ])

  /// The even blocks of so many images: ranges of their places.
  package func ranges(of images: Int) -> [Range<Int>] {
    let count = max(1, (images + size / 2) / size)
    return (0..<count).map { images * $0 / count..<images * ($0 + 1) / count }
  }
}
