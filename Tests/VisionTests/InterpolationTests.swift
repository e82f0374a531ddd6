import Testing
import Torch
import Vision

extension VisionTests {
  /// Expected values are Pillow 13.0.0's, of each channel in mode F, cut off at 0 and 1.
  @Suite struct Interpolations {
    /// An image of 8 x 8 pixels, uint8 [1, 8, 8, 3].
    private func bytes() throws -> Tensor {
      var pixels: [UInt8] = []
      for y in 0..<8 {
        for x in 0..<8 {
          for channel in 0..<3 {
            pixels.append(UInt8((37 * x + 59 * y + 101 * channel + 13 * x * y) % 256))
          }
        }
      }
      return Tensor(pixels, shape: [1, 8, 8, 3])
    }

    /// `Image.resize((6, 6), BICUBIC)` of the 5 x 4 pixels from row 1 and column 2: [3, 6, 6].
    private static let enlarged: [Float] = [
      0.596011, 0.769861, 0.751687, 0.089063, 0.048696, 0.202670, 0.969825, 0.637550, 0.272696,
      0.294993, 0.480861, 0.641851, 0.556668, 0.440950, 0.416031, 0.745322, 0.583671, 0.345485,
      0.324962, 0.569277, 0.808780, 0.704224, 0.495606, 0.338553, 0.706986, 0.811557, 0.805020,
      0.419078, 0.453845, 0.595411, 1.000000, 0.638674, 0.349396, 0.741840, 0.452562, 0.083944,
      0.000000, 0.083345, 0.229516, 0.357265, 0.525627, 0.638243, 0.237047, 0.343911, 0.541458,
      0.788054, 0.476183, 0.126777, 0.596423, 0.768439, 0.860429, 0.548330, 0.414172, 0.383635,
      0.402270, 0.591584, 0.724754, 0.479575, 0.386597, 0.373358, 0.015550, 0.198304, 0.455324,
      0.620872, 0.368474, 0.094958, 0.330963, 0.584117, 0.700532, 0.176365, 0.314973, 0.588004,
      0.386684, 0.477244, 0.630484, 0.788084, 0.941324, 1.000000, 0.702097, 0.863057, 0.885967,
      0.394949, 0.417859, 0.578819, 0.315377, 0.469777, 0.611062, 0.508873, 0.650158, 0.804557,
      0.117880, 0.319834, 0.523045, 0.446825, 0.619593, 0.794281, 0.495222, 0.599792, 0.591481,
      0.198444, 0.323224, 0.547000, 0.795527, 0.426909, 0.125583, 0.469834, 0.791904, 0.981644,
    ]

    /// `Image.resize((3, 3), BICUBIC)` of the image: [3, 3, 3].
    private static let reduced: [Float] = [
      0.416126, 0.480442, 0.506631, 0.652429, 0.574316, 0.463553, 0.492700, 0.457979, 0.391613,
      0.499378, 0.518973, 0.528267, 0.448965, 0.497362, 0.507308, 0.460580, 0.327187, 0.464420,
      0.429294, 0.550411, 0.608489, 0.464184, 0.506912, 0.561808, 0.492235, 0.578347, 0.627643,
    ]

    @Test func `A bicubic crop is Pillow's, cut off where the cubic overshoots`() throws {
      let crop = try Resampling.resizedCrop(
        bytes(), top: 1, left: 2, height: 5, width: 4, size: 6, isFlipped: false, .bicubic)
      #expect(try agree(crop.floats(), Self.enlarged))
    }

    @Test func `A bicubic reduction is antialiased as Pillow's`() throws {
      let crop = try Resampling.resizedCrop(
        bytes(), top: 0, left: 0, height: 8, width: 8, size: 3, isFlipped: false, .bicubic)
      #expect(try agree(crop.floats(), Self.reduced))
    }

    @Test func `Views and what is scored are resized as the settings say`() throws {
      let pixels = try bytes().bytes()
      let images = try ImageSet(pixels: pixels, height: 8, width: 8, drawKeys: [0])
      var settings = AugmentationSettings.unchanged(normalise: false, interpolation: .bicubic)
      func both() throws -> [[Float]] {
        let augmentation = try Augmentation(
          settings: settings, size: 3, crop: .square(share: 1), seed: 1, images: images, on: .cpu)
        return try [
          augmentation.view(0, of: images, at: [0], epoch: 0).floats(),
          augmentation.centre(of: images, at: [0]).floats(),
        ]
      }
      for view in try both() { #expect(agree(view, Self.reduced)) }
      settings.interpolation = .bilinear
      for view in try both() { #expect(!agree(view, Self.reduced)) }
    }
  }
}
