/// Images that cannot be used, gathered so that all of a folder are told together.
struct ImageFailures {
  /// After so many of the wrong size it is not single images that are wrong.
  private static let most = 1_000

  /// The folder or archive, for messages.
  private let place: String
  private var misfits = 0
  private var failures: [(error: BenchmarkError, path: String)] = []

  init(in place: String) {
    self.place = place
  }

  /// Keeps a failure of one image.
  /// - Throws: any other error at once, and all failures once very many images have the wrong size.
  mutating func add(_ error: BenchmarkError, _ path: String) throws(BenchmarkError) {
    guard let reason = error.ofImage else { throw error }
    failures.append((error, path))
    if !reason.canBeLeftOut { misfits += 1 }
    if misfits == Self.most { try check() }
  }

  /// - Throws: the failure, or `BenchmarkError.unusableImages` if there are several.
  func check() throws(BenchmarkError) {
    guard let first = failures.first else { return }
    if failures.count == 1 { throw first.error }
    let reasons = failures.map { "\($0.path): \($0.error.ofImage?.reason ?? "")" }
    throw .unusableImages(
      place: place, reasons: reasons,
      canBeLeftOut: failures.contains { $0.error.ofImage?.canBeLeftOut == true },
      areAll: misfits < Self.most)
  }

  /// The paths that `--skip-unreadable` leaves out: none where anything else is wrong.
  var unreadable: [String] { misfits == 0 ? failures.map(\.path) : [] }
}

extension BenchmarkError {
  /// What is wrong where it is one image that cannot be used, and whether it may be left out.
  var ofImage: (reason: String, canBeLeftOut: Bool)? {
    switch self {
    case .unreadableImage(_, let reason): (reason, true)
    case .emptyFile: ("it is empty", true)
    case .tooLarge(_, let size, let limit): ("it has \(size) bytes, over \(limit)", true)
    case .wrongImageSize(_, let width, let height, let expected):
      ("\(width) x \(height) pixels, expected \(expected) x \(expected)", false)
    default: nil
    }
  }
}
