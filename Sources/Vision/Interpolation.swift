/// What lies between the pixels when a crop is resized. Both filters are as wide as the reduction where an
/// image gets smaller, as Pillow's.
///
///     var augmentation = AugmentationSettings()
///     augmentation.interpolation = .bicubic
public enum Interpolation: String, CaseIterable, Sendable {
  /// A triangle over two pixels.
  case bilinear
  /// Keys' cubic over four pixels with a = -1/2 ("Cubic Convolution Interpolation for Digital Image
  /// Processing", IEEE Trans. ASSP 29, 1981, equation 15). It goes beyond the values around it at edges;
  /// what lies outside of 0...1 is cut off.
  case bicubic

  /// The filter is zero from this distance on, in pixels of the larger of crop and view.
  var support: Double {
    switch self {
    case .bilinear: 1
    case .bicubic: 2
    }
  }

  /// The weight, not normalised, of a pixel at this distance in pixels of the larger of crop and view.
  func weight(at distance: Double) -> Double {
    let x = abs(distance)
    switch self {
    case .bilinear: return max(0, 1 - x)
    case .bicubic:
      let a = -0.5
      if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
      if x < 2 { return (((x - 5) * x + 8) * x - 4) * a }
      return 0
    }
  }
}
