/// Whether the images of a benchmark file have the pixels that were published.
public enum PixelFidelity: String, Codable, Hashable, Sendable {
  /// Nothing lossy lies between the published images and these, as far as the form of the files tells.
  case original
  /// The published images are raw pixels, and these were JPEG files.
  case reEncoded = "re-encoded"
}
