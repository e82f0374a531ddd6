import Core
import Torch

/// Parts of a batch that batch normalisation sees apart, as if each were on a card of its own. Where two
/// networks see views of the same images, a part's statistics would tell which images belong together;
/// the second network's are shuffled for that (He et al., "Momentum Contrast", CVPR 2020, section 3.3,
/// ShuffleBN).
package struct NormalisationGroups {
  /// The number of parts, where the batch has two images for each.
  private let count: Int

  /// Parts of each batch; 1 leaves batches whole.
  package init(_ count: Int) { self.count = count }

  /// What a network makes of each part of `images`, in their order.
  /// - Parameters:
  ///   - images: [B, 3, S, S].
  ///   - network: from [b, 3, S, S] to [b, D].
  /// - Returns: [B, D].
  package func apart(_ images: Tensor, _ network: (Tensor) -> Tensor) -> Tensor {
    let parts = ranges(of: images.size(0))
    if parts.count == 1 { return network(images) }
    return Tensor.concatenated(parts.map { network(images.narrowed(0, to: $0)) })
  }

  /// What a network makes of several views of the same images where a part has all views of its images.
  /// - Parameters:
  ///   - views: each [B, 3, S, S].
  ///   - network: from [b, 3, S, S] to [b, D].
  /// - Returns: for each view [B, D].
  package func together(_ views: [Tensor], _ network: (Tensor) -> Tensor) -> [Tensor] {
    let outputs = ranges(of: views.first?.size(0) ?? 0).map { part in
      (part.count, network(Tensor.concatenated(views.map { $0.narrowed(0, to: part) })))
    }
    return views.indices.map { view in
      Tensor.concatenated(
        outputs.map { count, output in
          output.narrowed(0, to: view * count..<(view + 1) * count)
        })
    }
  }

  /// The same of parts that are drawn from the batch; the order of what comes back is that of `images`.
  /// - Parameter stream: what the parts are drawn from.
  package func shuffled(
    _ images: Tensor, from stream: RandomStream, _ network: (Tensor) -> Tensor
  ) -> Tensor {
    let size = images.size(0)
    if ranges(of: size).count == 1 { return network(images) }
    var stream = stream
    let order = stream.permutation(of: size)
    var places = [Int](repeating: 0, count: size)
    for (place, image) in order.enumerated() { places[image] = place }
    let moved = images.rows(Tensor(order).to(images.device)).channelsLast()
    return apart(moved, network).rows(Tensor(places).to(images.device))
  }

  /// Even parts of a batch, of two images at least.
  private func ranges(of size: Int) -> [Range<Int>] {
    let parts = max(1, min(count, size / 2))
    return (0..<parts).map { size * $0 / parts..<size * ($0 + 1) / parts }
  }
}
