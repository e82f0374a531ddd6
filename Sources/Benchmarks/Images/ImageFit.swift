/// How a decoded image becomes one of a benchmark file.
enum ImageFit {
  /// It has this side already.
  case exactly(Int)
  /// Its shorter side is scaled to this size, and the central square is cut out: torchvision's Resize
  /// and CenterCrop on a Pillow image.
  case centreSquare(Int)

  var side: Int {
    switch self {
    case .exactly(let side), .centreSquare(let side): side
    }
  }

  func fitted(_ image: RGBImage, file: String) throws(BenchmarkError) -> RGBImage {
    switch self {
    case .exactly(let side):
      guard image.width == side, image.height == side else {
        throw .wrongImageSize(
          file: file, width: image.width, height: image.height, expected: side)
      }
      return image
    case .centreSquare(let side):
      return image.centreSquare(of: side)
    }
  }
}
