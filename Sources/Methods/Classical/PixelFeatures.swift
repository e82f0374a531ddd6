import ClassicalClustering
import Core
import Foundation
import Vision

/// What a classical method sees of an image. Published rows do not say how their pixels were prepared, and
/// scores depend on it (results/README.md).
///
/// The steps are taken in this order: colour space, descriptor, standardisation, principal components.
package struct PixelSettings: Configurable {
  /// The values of an image.
  public enum Descriptor: String, CaseIterable, Sendable {
    /// The pixels themselves.
    case pixels
    /// Histograms of oriented gradients (`GradientHistograms`).
    case hog
  }

  /// Shift and scale of the values.
  public enum Standardisation: String, CaseIterable, Sendable {
    /// The values as they are.
    case none
    /// Mean 0 and variance 1 within each image, as patches are normalised by Coates, Ng and Lee, "An
    /// Analysis of Single-Layer Networks in Unsupervised Feature Learning", AISTATS 2011: 10 is added to the
    /// variance on the scale of bytes.
    case image
    /// Mean 0 and variance 1 of each value over the images that are learnt from.
    case value
  }

  /// The colour space of the pixels.
  public var colour = ColourSpace.rgb
  /// The values of an image.
  public var descriptor = Descriptor.pixels
  /// Shift and scale of the values.
  public var standardise = Standardisation.none
  /// Principal components that are kept. 0 keeps all values.
  public var components = 0
  /// Whether each component is scaled to variance 1.
  public var whiten = false

  public init() {}

  public static let schema = SettingsSchema<Self>([
    .choice("colour", \.colour, "colour space of the pixels; lab is CIE L*a*b*"),
    .choice("descriptor", \.descriptor, "the pixels, or histograms of oriented gradients"),
    .choice(
      "standardise", \.standardise,
      "mean 0 and variance 1 within each image, or of each value over the training images"),
    .integer(
      "components", \.components, in: 0...10_000,
      "principal components that are kept; 0 for all values"),
    .boolean("whiten", \.whiten, "whether each component is scaled to variance 1"),
  ]).from("ours: published rows do not say how pixels were prepared")

  /// Whitening is of principal components.
  public var contradiction: String? {
    whiten && components == 0 ? "whiten scales principal components, and components is 0" : nil
  }

  /// Whether an image's values are its pixels as they are stored.
  var arePlain: Bool {
    colour == .rgb && descriptor == .pixels && standardise == .none && components == 0
  }
}

/// The values of images under `PixelSettings`. Statistics and components are those of the images that the
/// method learns from, however many others are scored.
final class PixelFeatures {
  private let settings: PixelSettings
  let learnt: ImageSet
  private let threads: Int
  /// Made on first use.
  private var fitted: Fitted?

  private struct Fitted {
    /// Of each value, [D]; empty without standardisation by value.
    var means: [Double] = []
    var scales: [Double] = []
    var components: PrincipalComponents?
  }

  init(_ settings: PixelSettings, learnt: ImageSet, threads: Int) {
    self.settings = settings
    self.learnt = learnt
    self.threads = threads
  }

  private var histograms: GradientHistograms {
    GradientHistograms(height: learnt.height, width: learnt.width)
  }

  /// Values of an image before principal components are taken.
  var describedCount: Int {
    switch settings.descriptor {
    case .pixels: settings.colour.channels * learnt.height * learnt.width
    case .hog: histograms.count
    }
  }

  /// Values of an image, D.
  var dimensions: Int { settings.components > 0 ? settings.components : describedCount }

  /// The memory that the values of an image take while they are made.
  var bytesPerImage: Int {
    // Plain pixels are made from two copies of their bytes, others from a block of images at a time.
    settings.arePlain ? 6 * describedCount : 4 * (describedCount + settings.components)
  }

  /// The memory that principal components take however many images there are: a covariance, its eigenvectors twice,
  /// and LAPACK's work space of two such matrices.
  var bytesOfComponents: Int {
    settings.components > 0 ? 5 * 8 * describedCount * describedCount : 0
  }

  /// The values of images of the size of those learnt from, [N, D] row-major.
  /// - Throws: `ClusteringError` for more components than values or images; `MethodError.unsupported` for
  ///   images too small for gradient histograms.
  func values(of images: ImageSet) throws -> [Float] {
    if settings.arePlain { return try images.flattenedPixels() }
    // Before the others are described, so that not both are in memory.
    if !images.holdsSameImages(as: learnt) { fitted = try fitted ?? fit(described(learnt)) }
    let described = try described(images)
    let fitted = try fitted ?? fit(described)
    self.fitted = fitted
    let values = standardised(described, fitted)
    return try fitted.components?.projected(values, whitened: settings.whiten, threads: threads)
      ?? values
  }

  /// - Parameter described: the values of the images learnt from before standardisation.
  private func fit(_ described: @autoclosure () throws -> [Float]) throws -> Fitted {
    var fitted = Fitted()
    guard settings.standardise == .value || settings.components > 0 else { return fitted }
    let values = try described()
    let width = describedCount
    if settings.standardise == .value {
      let count = Double(values.count / width)
      var (sums, squares) = (
        [Double](repeating: 0, count: width), [Double](repeating: 0, count: width)
      )
      for index in values.indices { sums[index % width] += Double(values[index]) }
      fitted.means = sums.map { $0 / count }
      for index in values.indices {
        let deviation = Double(values[index]) - fitted.means[index % width]
        squares[index % width] += deviation * deviation
      }
      // A value that never changes stays 0.
      fitted.scales = squares.map { $0 > 0 ? 1 / ($0 / count).squareRoot() : 0 }
    }
    if settings.components > 0 {
      fitted.components = try PrincipalComponents(
        of: standardised(values, fitted), dimensions: width, count: settings.components)
    }
    return fitted
  }

  /// Colour space and descriptor, a block of images at a time.
  private func described(_ images: ImageSet) throws -> [Float] {
    guard describedCount > 0 else {
      throw MethodError.unsupported(
        method: "the descriptor 'hog'",
        reason: "images of \(images.width) x \(images.height) pixels are smaller than 16 x 16")
    }
    var values: [Float] = []
    values.reserveCapacity(images.count * describedCount)
    let size = images.height * images.width * settings.colour.channels
    for start in stride(from: 0, to: images.count, by: 1024) {
      let positions = Array(start..<min(start + 1024, images.count))
      let block = settings.colour.values(of: try images.bytes(at: positions).bytes())
      switch settings.descriptor {
      case .pixels: values += block
      case .hog:
        for image in positions.indices {
          values += histograms.descriptor(
            of: block[image * size..<(image + 1) * size], channels: settings.colour.channels)
        }
      }
    }
    return values
  }

  /// In place where nobody else needs the values: all images' are too many to be in memory twice (`PixelMemory`).
  private func standardised(_ values: consuming [Float], _ fitted: Fitted) -> [Float] {
    let width = describedCount
    var values = consume values
    switch settings.standardise {
    case .none: break
    case .image:
      for start in stride(from: 0, to: values.count, by: width) {
        let image = start..<start + width
        let mean = image.reduce(0) { $0 + Double(values[$1]) } / Double(width)
        let variance =
          image.reduce(0) { $0 + pow(Double(values[$1]) - mean, 2) } / Double(width)
        let scale = 1 / (variance + 10 / (255.0 * 255)).squareRoot()
        for index in image { values[index] = Float((Double(values[index]) - mean) * scale) }
      }
    case .value:
      for index in values.indices {
        let column = index % width
        values[index] = Float(
          (Double(values[index]) - fitted.means[column]) * fitted.scales[column])
      }
    }
    return values
  }
}
