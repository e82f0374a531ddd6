/// How a decoded image becomes one of a benchmark file.
struct ImageFit {
  /// Pixels.
  let side: Int
  /// Whether an image of any size is made to fit: its shorter side is scaled, and the central square
  /// cut out, as torchvision's Resize and CenterCrop do to a Pillow image. Otherwise it has to have
  /// the side already.
  let cutsImages: Bool
  /// Whether a camera's rotation tag is followed. Published pipelines on ImageNet do not.
  var followsOrientation = false

  func fitted(_ image: RGBImage, from encoded: EncodedImage) throws(BenchmarkError) -> RGBImage {
    let image =
      followsOrientation
      ? image.oriented(EXIFOrientation.tag(of: encoded.bytes) ?? 1) : image
    if cutsImages { return image.centreSquare(of: side) }
    guard image.width == side, image.height == side else {
      throw .wrongImageSize(
        file: encoded.name, width: image.width, height: image.height, expected: side)
    }
    return image
  }
}
