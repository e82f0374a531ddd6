/// What a preparation is doing, and how far it is.
package enum PreparationStep: Hashable, Sendable {
  /// An archive is looked through for the list of its members; so many of its bytes have been read.
  case listing(archive: String, bytes: Int, of: Int)
  /// An archive is read for its images, which ends where the last of them lies.
  case reading(archive: String, bytes: Int, of: Int)
  /// So many images are in the benchmark file.
  case images(Int, of: Int)
  /// The images are done and the checksum of their archive is not.
  case hashing(archive: String, bytes: Int, of: Int)
  /// So many bytes of the benchmark file's images have gone into the checksum of its content.
  case rereading(bytes: Int, of: Int)
}
