import Vision

extension Augmentation {
  /// What makes a method's views: of the images' own size, normalised by the images learnt from.
  init(_ settings: AugmentationSettings, learning images: ImageSet, _ context: MethodContext) throws
  {
    try self.init(
      settings: settings, size: images.height, seed: context.seed, images: images,
      on: context.device)
  }
}
