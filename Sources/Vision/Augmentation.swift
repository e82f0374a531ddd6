import Core
import Torch

/// Makes augmented views of batches of images.
///
/// A view is cropped, resized and flipped; its colours are changed or dropped; it is blurred and normalised,
/// in this order. What happens to an image is drawn from its key, the seed, the epoch and the number of
/// the view, so that batches and interruptions change nothing.
///
/// ```swift
/// let augmentation = try Augmentation(
///   settings: AugmentationSettings(), size: 32, seed: 1, images: images, on: .cpu)
/// let first = augmentation.view(0, of: images, at: [5, 3], epoch: 0)  // [2, 3, 32, 32]
/// let second = augmentation.view(1, of: images, at: [5, 3], epoch: 0)
/// ```
public struct Augmentation {
  /// The probabilities and strengths of the changes.
  public private(set) var settings: AugmentationSettings
  /// Height and width of a view in pixels.
  public let size: Int
  private var crop: Crop
  private let seed: UInt64
  /// What views are normalised by; nil where they are not.
  private let statistics: ChannelStatistics?
  let device: Device

  /// - Parameters:
  ///   - settings: the probabilities and strengths of the changes.
  ///   - size: height and width of a view in pixels.
  ///   - crop: how the part of an image that a view shows is found.
  ///   - seed: the run's.
  ///   - images: the images whose channel statistics normalise the views.
  ///   - device: where views are made.
  /// - Throws: `TorchError` if the pixels cannot be read.
  public init(
    settings: AugmentationSettings, size: Int, crop: Crop = .randomResized, seed: UInt64,
    images: ImageSet, on device: Device
  ) throws {
    self.init(
      settings: settings, size: size, crop: crop, seed: seed,
      statistics: settings.normalise ? try images.channelStatistics() : nil, on: device)
  }

  /// - Parameters:
  ///   - settings: crops, colour changes and their probabilities.
  ///   - size: height and width of a view in pixels.
  ///   - crop: how views are cut.
  ///   - seed: the run's seed, which the draws are keyed by.
  ///   - statistics: what normalises the views; nil for views that are not normalised.
  ///   - device: where views are made.
  public init(
    settings: AugmentationSettings, size: Int, crop: Crop = .randomResized, seed: UInt64,
    statistics: ChannelStatistics?, on device: Device
  ) {
    self.settings = settings
    self.size = size
    self.crop = crop
    self.seed = seed
    self.device = device
    self.statistics = statistics
  }

  /// Makes other views of the same size, with the same seed, and normalised as these are.
  public func with(_ settings: AugmentationSettings, crop: Crop = .randomResized) -> Augmentation {
    var other = self
    other.settings = settings
    other.settings.normalise = self.settings.normalise
    other.crop = crop
    return other
  }

  /// View number `view` of the images at `positions` in this epoch: float [B, 3, size, size].
  public func view(
    _ view: Int, of images: ImageSet, at positions: [Int], epoch: Int
  ) -> Tensor {
    let parameters = positions.map { position in
      ViewParameters(
        settings: settings, crop: crop, imageHeight: images.height, imageWidth: images.width,
        seed: seed,
        epoch: epoch, image: images.drawKeys[position], view: view)
    }
    var batch = Resampling.floats(images.bytes(at: positions, on: device))
    let interpolation = settings.interpolation
    batch = Resampling.apply(
      rows: matrices(parameters, extent: images.height) {
        Resampling.cropResize(
          extent: images.height, start: $0.top, length: $0.height, size: size, interpolation)
      },
      columns: matrices(parameters, extent: images.width) {
        Resampling.cropResize(
          extent: images.width, start: $0.left, length: $0.width, size: size,
          isFlipped: $0.isFlipped, interpolation)
      }, to: batch)
    batch = Resampling.cutOff(batch, interpolation)
    if settings.isGreyscaleFirst { dropColours(batch, parameters) }
    changeColours(batch, parameters)
    if !settings.isGreyscaleFirst { dropColours(batch, parameters) }
    blur(batch, parameters)
    return normalised(batch)
  }

  /// The images themselves, resized to the view's size: what is scored. They are the square in the middle of
  /// each image, float [B, 3, size, size].
  public func centre(of images: ImageSet, at positions: [Int]) -> Tensor {
    let bytes = images.bytes(at: positions, on: device)
    var side = min(images.height, images.width)
    if case .square(let share) = crop {
      side = Crop.side(of: share, height: images.height, width: images.width)
    }
    return normalised(
      Resampling.resizedCrop(
        bytes, top: (images.height - side) / 2, left: (images.width - side) / 2, height: side,
        width: side, size: size, isFlipped: false, settings.interpolation))
  }

  /// What view number `view` of the image at `position` is drawn from in this epoch.
  func stream(_ view: Int, of images: ImageSet, at position: Int, epoch: Int) -> RandomStream {
    RandomStream(
      seed: seed, purpose: .augmentation, epoch: epoch, item: images.drawKeys[position], view: view)
  }

  /// (batch - mean) / deviation if the settings ask for it, channels innermost: what a method does to images of
  /// values from 0 to 1 that it has changed itself, [B, 3, S, S].
  public func normalised(_ batch: Tensor) -> Tensor {
    (statistics?.normalise(batch) ?? batch).channelsLast()
  }

  /// One matrix [size, extent] for each view of a batch: [B, size, extent].
  private func matrices(
    _ parameters: [ViewParameters], extent: Int, _ matrix: (ViewParameters) -> [Float]
  ) -> Tensor {
    var values: [Float] = []
    values.reserveCapacity(parameters.count * size * extent)
    for parameter in parameters { values += matrix(parameter) }
    return Tensor(values, shape: [parameters.count, size, extent]).to(device)
  }

  /// Applies the four operations in each image's own order: at each of the four turns, the images
  /// that share an operation go through it together.
  private func changeColours(_ batch: Tensor, _ parameters: [ViewParameters]) {
    for turn in 0..<4 {
      for (number, operation) in ColourOperation.allCases.enumerated() {
        let members = parameters.indices.filter {
          !parameters[$0].colourOrder.isEmpty && parameters[$0].colourOrder[turn] == operation
        }
        change(batch, members) {
          operation.apply(to: $0, factors: members.map { parameters[$0].colourFactors[number] })
        }
      }
    }
  }

  /// Makes the views grey that are drawn to be grey, in place.
  private func dropColours(_ batch: Tensor, _ parameters: [ViewParameters]) {
    change(batch, parameters.indices.filter { parameters[$0].isGrey }) {
      ColourOperation.grey($0).expanded([-1, 3, -1, -1])
    }
  }

  /// Blurs the views that are drawn to be blurred, in place.
  private func blur(_ batch: Tensor, _ parameters: [ViewParameters]) {
    let members = parameters.indices.filter { parameters[$0].blurSigma != nil }
    // A tenth of the image, odd (SimCLR, appendix A).
    let kernel = size / 10 / 2 * 2 + 1
    change(batch, members) { images in
      let chosen = members.map { parameters[$0] }
      let blurs = matrices(chosen, extent: size) {
        Resampling.blur(extent: size, kernel: kernel, sigma: $0.blurSigma)
      }
      return Resampling.apply(rows: blurs, columns: blurs, to: images)
    }
  }

  /// Replaces the images at `members` by what `body` makes of them.
  private func change(
    _ batch: Tensor, _ members: [Int], _ body: (Tensor) -> Tensor
  ) {
    guard !members.isEmpty else { return }
    let index = Tensor(members).to(device)
    batch.setRows(index, to: body(batch.rows(index)))
  }
}
