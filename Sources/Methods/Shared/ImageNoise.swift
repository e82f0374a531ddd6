import Core
import Torch
import Vision

/// Which values of a step's images are kept where others are set to zero at random: masking noise (Vincent et
/// al., "Extracting and Composing Robust Features with Denoising Autoencoders", ICML 2008, section 2.3).
///
/// The draws are an image's own, anew in each epoch.
struct MaskingNoise {
  /// The share of the values that are set to zero.
  let share: Double

  /// What each value is multiplied by: 0 or `kept`, float [B, 3, S, S].
  /// - Parameters:
  ///   - images: those of the step, [B, 3, S, S].
  ///   - batch: the step.
  ///   - inputs: those of the method.
  ///   - kept: what a value is multiplied by that is not set to zero.
  func mask<Settings>(
    of images: Tensor, _ batch: Batch, _ inputs: MethodInputs<Settings>, kept: Float = 1
  ) -> Tensor {
    let values = images.count / max(1, batch.positions.count)
    let mask = batch.positions.flatMap { position -> [Float] in
      var stream = inputs.noise(of: position, batch)
      return (0..<values).map { _ in stream.uniform() < share ? 0 : kept }
    }
    return Tensor(mask, shape: images.shape).to(images.device)
  }
}

extension MethodInputs {
  /// What noise of the image at a position is drawn from in a step.
  func noise(of position: Int, _ batch: Batch) -> RandomStream {
    RandomStream(
      seed: context.seed, purpose: .method, epoch: batch.epoch, item: images.drawKeys[position])
  }

  /// Independent draws for each image of a step from the standard normal distribution: [B, values].
  func normalNoise(_ values: Int, _ batch: Batch) -> Tensor {
    let drawn = batch.positions.flatMap { position -> [Float] in
      var stream = noise(of: position, batch)
      return (0..<values).map { _ in Float(stream.normal()) }
    }
    return Tensor(drawn, shape: [batch.positions.count, values]).to(context.device)
  }
}
