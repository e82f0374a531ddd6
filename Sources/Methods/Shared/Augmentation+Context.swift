import Vision

extension Augmentation {
  /// What makes a method's views, normalised by the images learnt from.
  /// - Parameter size: height and width of a view in pixels; the images' own if nil.
  public init(
    _ settings: AugmentationSettings, learning images: ImageSet, _ context: MethodContext,
    size: Int? = nil, crop: Crop = .randomResized
  ) throws {
    try self.init(
      settings: settings, size: size ?? images.height, crop: crop, seed: context.seed,
      images: images, on: context.device)
  }
}
