import Core
import Domain
import Torch
import Vision

/// What batch normalisation takes mean and variance from where images are scored.
///
///     var statistics = PredictionStatistics.running   // a property of a method's settings
public enum PredictionStatistics: String, CaseIterable, Sendable {
  /// The running statistics of training: an image's cluster then depends on that image alone.
  case running
  /// The images that are predicted together, as in code that keeps no running statistics: an image's
  /// cluster then depends on those beside it, and on their order.
  case batch
}

/// How a network is applied.
package enum NormalisationMode {
  /// With the batch's statistics, which the running ones follow.
  case training
  /// With the batch's statistics; the running ones stay.
  case batch
  /// With the running statistics.
  case running

  init(_ statistics: PredictionStatistics) {
    self = statistics == .batch ? .batch : .running
  }
}

extension BatchNormalisation {
  func callAsFunction(_ input: Tensor, _ mode: NormalisationMode) -> Tensor {
    switch mode {
    case .training: self(input, training: true)
    case .batch: withBatchStatistics(input)
    case .running: self(input, training: false)
    }
  }

  func rectified(_ input: Tensor, _ mode: NormalisationMode) -> Tensor {
    switch mode {
    case .training: rectified(input, training: true)
    case .batch: withBatchStatistics(input).relu()
    case .running: rectified(input, training: false)
    }
  }
}

extension Convolution {
  /// A layer that starts from He's normal distribution over the fan in, as Keras's he_normal and torch's
  /// kaiming_normal_ have it.
  init(
    heNormalOverInputs inputs: Int, _ outputs: Int, kernel: Int, on device: Device,
    from stream: inout RandomStream
  ) {
    self.init(inputs, outputs, kernel: kernel, on: device, from: &stream)
    Torch.withoutGradients {
      weight.scale(by: (Double(outputs) / Double(inputs)).squareRoot())
    }
  }
}

/// Stages of 3x3 convolutions without padding, each with batch normalisation and ReLU, and max-pooling that
/// halves the maps after a stage: the networks of clustering methods before residual ones (DAC, DCCM).
struct ConvolutionStages: Module {
  private struct Layer {
    let convolution: Convolution
    let normalisation: BatchNormalisation
    /// Whether a pooling follows.
    var isPooled = false
  }

  private var layers: [Layer] = []
  /// Channels C of the maps.
  let channels: Int

  /// - Parameters:
  ///   - stages: the channels of the convolutions of each stage.
  ///   - isPooledAtEnd: whether the last stage is pooled like the others.
  ///   - size: height and width of the images in pixels.
  ///   - method: the method's name, for errors.
  ///   - device: where the tensors are.
  ///   - stream: what the weights are drawn from.
  /// - Throws: `MethodError.unsupported` for images that are too small.
  init(
    _ stages: [[Int]], isPooledAtEnd: Bool, size: Int, method: String, on device: Device,
    from stream: inout RandomStream
  ) throws {
    var (inputs, side) = (3, size)
    for (number, stage) in stages.enumerated() {
      for outputs in stage {
        side -= 2
        layers.append(
          Layer(
            convolution: Convolution(
              heNormalOverInputs: inputs, outputs, kernel: 3, on: device, from: &stream),
            normalisation: BatchNormalisation(outputs, on: device)))
        inputs = outputs
      }
      guard isPooledAtEnd || number < stages.count - 1 else { continue }
      side /= 2
      layers[layers.count - 1].isPooled = true
    }
    channels = inputs
    guard side > 0 else {
      throw MethodError.unsupported(
        method: method,
        reason: "its convolutions leave nothing of images of \(size) pixels; have fewer stages")
    }
  }

  var children: [(name: String, module: any Module)] {
    layers.enumerated().flatMap { number, layer in
      [
        ("conv\(number + 1)", layer.convolution as any Module),
        ("bn\(number + 1)", layer.normalisation),
      ]
    }
  }

  /// Images [B, 3, S, S] to the maps behind the first pooling and to those at the end, each [B, C, H, W].
  func callAsFunction(_ images: Tensor, _ mode: NormalisationMode) -> (first: Tensor, last: Tensor)
  {
    var (maps, first) = (images, Tensor?.none)
    for layer in layers {
      maps = layer.normalisation.rectified(layer.convolution(maps), mode)
      guard layer.isPooled else { continue }
      maps = maps.maxPooled(kernel: 2, stride: 2)
      first = first ?? maps
    }
    return (first ?? maps, maps)
  }
}

extension Augmentation {
  /// What a network makes of every image as it is scored, [N, K], in even batches and without gradients.
  /// - Parameters:
  ///   - images: the images, N of them.
  ///   - positions: those that are asked for, in this order.
  ///   - batchSize: the images of a batch, about; a network may normalise them together.
  ///   - network: from [B, 3, S, S] to [B, K].
  func predictions(
    of images: ImageSet, at positions: [Int], batchSize: Int, _ network: (Tensor) -> Tensor
  ) -> Tensor {
    let batches = max(1, (positions.count + batchSize / 2) / batchSize)
    return Torch.withoutGradients {
      Tensor.concatenated(
        (0..<batches).map { batch in
          let part = positions.count * batch / batches..<positions.count * (batch + 1) / batches
          return network(centre(of: images, at: Array(positions[part])))
        })
    }
  }
}
