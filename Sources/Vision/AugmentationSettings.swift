import Core

/// How a view of an image is made. The defaults are those of PICA and AND (the same authors' code):
/// RandomResizedCrop(0.2, 1), ColorJitter(0.4, 0.4, 0.4, 0.4), RandomGrayscale(0.2), flip 0.5.
///
///     var augmentation = AugmentationSettings()
///     augmentation.cropScale = 0.08
public struct AugmentationSettings: Configurable {
  /// The smallest area of a random crop, as a share of the image's.
  public var cropScale = 0.2
  /// How a crop is resized to the view.
  public var interpolation = Interpolation.bilinear
  /// The probability of a horizontal flip.
  public var flip = 0.5
  /// b: a factor is drawn from 1 - b to 1 + b.
  public var brightness = 0.4
  /// c: a factor is drawn from 1 - c to 1 + c.
  public var contrast = 0.4
  /// s: a factor is drawn from 1 - s to 1 + s.
  public var saturation = 0.4
  /// h: a shift is drawn from -h to h, in turns of the colour circle.
  public var hue = 0.4
  /// The probability of the four changes of colour, which come together.
  public var jitter = 1.0
  /// The probability of dropping the colours.
  public var greyscale = 0.2
  /// Whether colours are dropped before they are changed: a grey image then stays grey, but for its
  /// brightness and contrast.
  public var isGreyscaleFirst = false
  /// The probability of a Gaussian blur with a sigma of 0.1 to 2 pixels.
  public var blur = 0.0
  /// Whether the images' mean is subtracted and what is left divided by their deviation.
  public var normalise = true

  public init() {}

  /// Nothing but normalisation, if that: with `Crop.square(share: 1)` it leaves the image as it is.
  public static func unchanged(
    normalise: Bool = true, interpolation: Interpolation = .bilinear
  ) -> AugmentationSettings {
    var settings = AugmentationSettings()
    settings.interpolation = interpolation
    settings.cropScale = 1
    (settings.flip, settings.jitter, settings.greyscale, settings.blur) = (0, 0, 0, 0)
    settings.normalise = normalise
    return settings
  }

  public static let schema = SettingsSchema<Self>([
    .number("crop_scale", \.cropScale, in: 0.01...1, "smallest area of a random crop"),
    .choice("interpolation", \.interpolation, "how a crop is resized to the view"),
    .number("flip", \.flip, in: 0...1, "probability of a horizontal flip"),
    .number("brightness", \.brightness, in: 0...1, "brightness factor drawn from 1 - b to 1 + b"),
    .number("contrast", \.contrast, in: 0...1, "contrast factor drawn from 1 - c to 1 + c"),
    .number("saturation", \.saturation, in: 0...1, "saturation factor drawn from 1 - s to 1 + s"),
    .number("hue", \.hue, in: 0...0.5, "hue shift drawn from -h to h, in turns"),
    .number("jitter", \.jitter, in: 0...1, "probability of the four colour changes"),
    .number("greyscale", \.greyscale, in: 0...1, "probability of dropping the colours"),
    .boolean(
      "greyscale_first", \.isGreyscaleFirst, "colours are dropped before they are changed"),
    .number("blur", \.blur, in: 0...1, "probability of a Gaussian blur, sigma 0.1 to 2"),
    .boolean("normalise", \.normalise, "subtract the images' mean and divide by their deviation"),
  ])
}
