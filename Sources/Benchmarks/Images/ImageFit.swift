/// How a decoded image becomes one of a benchmark file.
struct ImageFit {
  /// Pixels.
  let side: Int
  /// Whether an image of any size is made to fit: its shorter side is scaled, and the central square
  /// cut out, as torchvision's Resize and CenterCrop do to a Pillow image. Otherwise it has to have
  /// the side already.
  let cutsImages: Bool
  /// Whether these are images of a user's own: a camera's rotation tag is followed, which published
  /// pipelines on ImageNet do not, and their size is the user's to say.
  var isOwn = false

  func fitted(_ image: RGBImage, from encoded: EncodedImage) throws(BenchmarkError) -> RGBImage {
    let image =
      isOwn
      ? image.oriented(EXIFOrientation.tag(of: encoded.bytes) ?? 1) : image
    if cutsImages { return image.centreSquare(of: side) }
    guard image.width == side, image.height == side else {
      if isOwn {
        throw .imageSizeNeeded(file: encoded.name, width: image.width, height: image.height)
      }
      throw .wrongImageSize(
        file: encoded.name, width: image.width, height: image.height, expected: side)
    }
    return image
  }
}
