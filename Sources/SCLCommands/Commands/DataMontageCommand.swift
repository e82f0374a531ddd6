import ArgumentParser
import Benchmarks
import Domain
import Montage

/// Splits by name in `--split`.
extension Split: ExpressibleByArgument {
  public init?(argument: String) {
    guard let split = Split.allCases.first(where: { $0.name == argument }) else { return nil }
    self = split
  }

  public static var allValueStrings: [String] { allCases.map(\.name) }
}

extension DataCommand {
  /// `scl data montage`: draws a `ClassMontage`, so that a user sees wrong classes or damaged
  /// images before hours of training. It prints the path.
  ///
  ///     scl data montage stl10 --out stl10.svg --images 12 --split unlabelled
  ///
  /// Exit codes: 0; 64 for another suffix than .png or .svg; 65 or 66 for the benchmark file; 74 if
  /// the picture cannot be written.
  struct Montage: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Draw sample images of each class, to check data before use.",
      discussion: """
        Each class gets a row. Images are sampled at even intervals, so the same file always gives the same \
        picture. If there are more classes than --classes, they are sampled in the same way.
        """)

    @OptionGroup var benchmark: BenchmarkFileArgument

    /// The suffix selects the format.
    @Option(help: "Picture to write, .png or .svg.")
    var out: String

    /// Columns of the picture.
    @Option(help: "Images per class.")
    var images = 10

    /// Rows of the picture. Data sets with hundreds of classes are sampled.
    @Option(help: "Maximum number of classes.")
    var classes = 20

    @Option(help: "Show one split only.")
    var split: Split?

    /// The format that the suffix of `--out` names; nil for another suffix.
    private var format: ClassMontage.Format? {
      ClassMontage.Format.allCases.first { out.lowercased().hasSuffix("." + $0.rawValue) }
    }

    /// The suffix is checked before the file is read.
    func validate() throws {
      guard format != nil else {
        throw ValidationError("--out takes a file name that ends in .png or .svg, not '\(out)'")
      }
      try require("images", images, in: 1...1_000)
      try require("classes", classes, in: 1...1_000)
    }

    func run() throws {
      guard let format else { return }
      var options = ClassMontage.Options()
      options.perClass = images
      options.classes = classes
      if let split { options.splits = [split] }
      let montage = try ClassMontage(BenchmarkFile.open(benchmark.path), options)
      try montage.write(to: out, as: format)
      let leftOut = montage.classesLeftOut
      Console.print(
        leftOut > 0
          ? "\(out) (\(leftOut) \(leftOut == 1 ? "class" : "classes") not shown; see --classes)"
          : out)
    }
  }
}
