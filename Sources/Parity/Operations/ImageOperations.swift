import Benchmarks
import Torch
import Vision

/// Augmentation of floats and decoding of files.
let imageOperations: [String: ParityFile.Operation] = [
  "augment.resized_crop": { parity in
    let size = try parity.integer("size")
    let crop = try Resampling.resizedCrop(
      parity.image("image"), top: parity.integer("top"), left: parity.integer("left"),
      height: parity.integer("height"), width: parity.integer("width"), size: size,
      isFlipped: parity.integer("flip") == 1)
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
    let blurred = try Resampling.blurred(
      floats(parity), kernel: parity.integer("kernel"), sigma: parity.number("sigma"))
    return try imageError(blurred, parity)
  },

  "image.decode_resize_crop": { parity in
    let decoded = try ImageDecoder.decode(parity.values("jpeg"), file: parity.name)
    let (size, crop) = (try parity.integer("resize"), try parity.integer("crop"))
    // The adapters' way where it applies.
    let image =
      size == crop
      ? decoded.centreSquare(of: size)
      : decoded.resizedShorterSide(to: size).centreCropped(to: crop)
    return try parity.meanError(image.pixels.map(Double.init), "image")
  },
]

private func floats(_ parity: ParityCase) throws -> Tensor {
  try Resampling.floats(parity.image("image"))
}

private func colourError(_ operation: ColourOperation, _ parity: ParityCase) throws -> Double {
  try imageError(operation.apply(to: floats(parity), factors: [parity.number("factor")]), parity)
}

private func imageError(_ images: Tensor, _ parity: ParityCase) throws -> Double {
  try parity.largestError(images.floats().map(Double.init), "image")
}
