import Benchmarks
import Torch
import Vision

/// Augmentations and the decoding of JPEG files.
///
/// - `augment.resized_crop`: image uint8 [H, W, 3]; `top`, `left`, `height`, `width`, `size`,
///   `flip`. Reference: Pillow's antialiased bilinear resize, then a horizontal flip; tolerance
///   0.02.
/// - `augment.brightness`, `.contrast`, `.saturation`, `.hue` (`factor`), `.greyscale`,
///   `.gaussian_blur` (`kernel`, `sigma`; reflected borders). Reference: torchvision on floats in
///   0...1; tolerance 0.005.
/// - `image.decode_resize_crop`: jpeg uint8 [bytes], also greyscale and CMYK; `resize`, `crop`.
///   Reference: Pillow, shorter side to `resize`, then a centre crop. Mean absolute error in grey
///   levels; tolerance 1.5, for CMYK 3.
///
/// Augmentations are compared by the largest absolute difference of values in 0...1. The tolerances
/// are those of the shared cases.
let imageOperations: [String: ParityFile.Operation] = [
  "augment.resized_crop": { parity in
    let image = try parity.image("image")
    let (height, width) = (image.size(1), image.size(2))
    let top = try parity.integer("top", in: 0...(height - 1))
    let left = try parity.integer("left", in: 0...(width - 1))
    let crop = try Resampling.resizedCrop(
      image, top: top, left: left, height: parity.integer("height", in: 1...(height - top)),
      width: parity.integer("width", in: 1...(width - left)),
      size: parity.integer("size", in: 1...largestSide), isFlipped: parity.integer("flip") == 1)
    return try imageError(crop, parity)
  },
  "augment.brightness": { try colourError(.brightness, $0) },
  "augment.contrast": { try colourError(.contrast, $0) },
  "augment.saturation": { try colourError(.saturation, $0) },
  "augment.hue": { try colourError(.hue, $0) },
  "augment.greyscale": { parity in
    try imageError(ColourOperation.grey(floats(parity)).expanded([-1, 3, -1, -1]), parity)
  },
  "augment.gaussian_blur": { parity in
    let images = try floats(parity)
    // A reflected border can be at most one pixel narrower than the image.
    let longest = 2 * min(images.size(2), images.size(3)) - 1
    let kernel = try parity.integer("kernel", in: 1...longest)
    guard kernel % 2 == 1 else {
      throw ParityError.outOfRange(
        case: parity.name, name: "kernel", value: kernel, expected: "odd numbers")
    }
    return try imageError(
      Resampling.blurred(images, kernel: kernel, sigma: parity.number("sigma")), parity)
  },

  "image.decode_resize_crop": { parity in
    let decoded = try ImageDecoder.decode(parity.values("jpeg"), file: parity.name)
    let size = try parity.integer("resize", in: 1...largestSide)
    let crop = try parity.integer("crop", in: 1...size)
    // Squares take the path of the adapters.
    let image =
      size == crop
      ? decoded.centreSquare(of: size)
      : decoded.resizedShorterSide(to: size).centreCropped(to: crop)
    return try parity.meanError(image.pixels.map(Double.init), "image")
  },
]

/// The largest side in pixels that a case may ask for.
private let largestSide = 4096

/// The case's image as floats in 0...1, [1, 3, H, W].
private func floats(_ parity: ParityCase) throws -> Tensor {
  try Resampling.floats(parity.image("image"))
}

/// The error of a colour operation with the case's factor.
private func colourError(_ operation: ColourOperation, _ parity: ParityCase) throws -> Double {
  try imageError(operation.apply(to: floats(parity), factors: [parity.number("factor")]), parity)
}

/// The largest absolute difference from the expected image.
private func imageError(_ images: Tensor, _ parity: ParityCase) throws -> Double {
  try parity.largestError(images.floats().map(Double.init), "image")
}
