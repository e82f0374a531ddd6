import ClassicalClustering
import Core
import Torch
import Vision

/// The self-supervised method whose features tell which images are neighbours.
package enum PretextMethod: String, CaseIterable, Sendable {
  /// `SimCLR`, as in SCAN's paper.
  case simclr
  /// `MoCo`.
  case moco
  /// `InstanceDiscrimination`.
  case instdisc
}

/// What the pretext has where the experiment says nothing.
package enum PretextRecipe: String, CaseIterable, Sendable {
  /// The official code's for SCAN, which is SimCLR's alone; other pretexts have their own.
  case scan
  /// The pretext's own defaults, so that a row of it can be the pretext's run.
  case own
}

/// The pretext that a clustering of nearest neighbours starts from, and which neighbours it takes
/// (SCAN: Van Gansbeke et al., ECCV 2020, section 2.1).
package struct PretextSettings: Configurable {
  /// The method that it starts from.
  public var method = PretextMethod.simclr
  /// The pretext's settings where the experiment has none.
  public var recipe = PretextRecipe.scan
  /// k, the nearest neighbours of an image.
  public var neighbours = 20
  /// Whether an image is one more of its neighbours, as in SCAN's code.
  public var drawsItself = false

  public init() {}

  public static let schema = SettingsSchema<Self>([
    .choice("pretext", \.method, "method whose network and features the step starts from"),
    .choice(
      "pretext_recipe", \.recipe,
      "what the pretext has where the experiment says nothing: SCAN's settings or its own"),
    .integer("neighbours", \.neighbours, in: 1...1000, "nearest neighbours of an image"),
    .boolean(
      "own_neighbour", \.drawsItself, "an image is one more of its neighbours, as in the code"),
  ])

  /// The pretext's run.
  /// - Parameters:
  ///   - shape: its backbone has to be that of the method that starts from it.
  ///   - normalise: it has to have seen images as that method sees them.
  func stage(backbone shape: BackboneShape, normalise: Bool) -> Stage {
    var values = BackboneShape.schema.values(of: shape)
    values["normalise"] = .boolean(normalise)
    let isSCANs = recipe == .scan && method == .simclr
    return Stage(
      method: method.rawValue, settings: values, defaults: isSCANs ? Self.scanSettings : [:])
  }

  /// Those of the official code's SimCLR, on CIFAR and STL-10 alike (configs/pretext), and torchvision's
  /// crops and residual network.
  private static let scanSettings: [String: SettingValue] = [
    "temperature": 0.1, "anchors": "first", "projection": "mlp", "projection_hidden": 0,
    "dimensions": 128, "epochs": 500, "batch_size": 512, "optimiser": "sgd", "learning_rate": 0.4,
    "learning_rate_warmup": 0, "learning_rate_floor": 0.001, "momentum": 0.9, "nesterov": false,
    "weight_decay": 1e-4, "schedule": "cosine", "crop_scale": 0.2, "interpolation": "bilinear",
    "flip": 0.5, "brightness": 0.4, "contrast": 0.4, "saturation": 0.4, "hue": 0.1, "jitter": 0.8,
    "greyscale": 0.2, "blur": 0.0, "backbone_initialisation": "he", "residual_gamma": 1.0,
  ]
}

/// The nearest neighbours of the images learnt from, by a pretext's vectors of them.
struct PretextNeighbours {
  let graph: NearestNeighbourGraph
  private let drawsItself: Bool
  private let seed: UInt64

  /// - Parameters:
  ///   - vectors: the pretext's, [N, D].
  ///   - settings: which neighbours count.
  ///   - context: seed and threads of the run.
  /// - Throws: `ClusteringError` for fewer than two images.
  init(of vectors: Tensor, _ settings: PretextSettings, context: MethodContext) throws {
    graph = try NearestNeighbourGraph(
      of: vectors.floats(), dimensions: vectors.size(1),
      neighbours: min(settings.neighbours, vectors.size(0) - 1), threads: context.threads)
    drawsItself = settings.drawsItself
    seed = context.seed
  }

  /// A neighbour of each image, drawn at random.
  /// - Parameters:
  ///   - positions: those of the images in `images`.
  ///   - images: the images learnt from.
  ///   - epoch: what the draws are keyed by.
  func drawn(for positions: [Int], of images: ImageSet, epoch: Int) -> [Int] {
    positions.map { position in
      var stream = RandomStream(
        seed: seed, purpose: .method, epoch: epoch, item: images.drawKeys[position])
      let drawn = stream.integer(below: graph.neighbours + (drawsItself ? 1 : 0))
      return drawn == graph.neighbours
        ? position : Int(graph.indices[position * graph.neighbours + drawn])
    }
  }
}
