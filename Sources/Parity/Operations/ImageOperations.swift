import Benchmarks
import Torch
import Vision

/// Augmentation of floats and decoding of files.
let imageOperations: [String: ParityFile.Operation] = [
  "augment.resized_crop": { parity in
    let image = try parity.image("image")
    let (height, width) = (image.shape[1], image.shape[2])
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
    // A border is mirrored once.
    let longest = 2 * min(images.shape[2], images.shape[3]) - 1
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
    // The adapters' way where it applies.
    let image =
      size == crop
      ? decoded.centreSquare(of: size)
      : decoded.resizedShorterSide(to: size).centreCropped(to: crop)
    return try parity.meanError(image.pixels.map(Double.init), "image")
  },
]

/// The side in pixels of the largest image that a case may ask for.
private let largestSide = 4096

private func floats(_ parity: ParityCase) throws -> Tensor {
  try Resampling.floats(parity.image("image"))
}

private func colourError(_ operation: ColourOperation, _ parity: ParityCase) throws -> Double {
  try imageError(operation.apply(to: floats(parity), factors: [parity.number("factor")]), parity)
}

private func imageError(_ images: Tensor, _ parity: ParityCase) throws -> Double {
  try parity.largestError(images.floats().map(Double.init), "image")
}
