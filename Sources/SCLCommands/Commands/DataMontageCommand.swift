import ArgumentParser
import Benchmarks
import Domain
import Montage

extension Split: ExpressibleByArgument {
  public init?(argument: String) {
    guard let split = Split.allCases.first(where: { $0.name == argument }) else { return nil }
    self = split
  }

  public static var allValueStrings: [String] { allCases.map(\.name) }
}

extension DataCommand {
  /// `scl data montage`: draws a `ClassMontage`.
  struct Montage: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Draw sample images of each class, to check data before use.",
      discussion: """
        Each class gets a row. Images are sampled at even intervals, so the same file always gives the same \
        picture. If there are more classes than --classes, they are sampled in the same way.
        """)

    @OptionGroup var benchmark: BenchmarkFileArgument

    @Option(help: "Picture to write, .png or .svg.")
    var out: String

    @Option(help: "Images per class.")
    var images = 10

    @Option(help: "Maximum number of classes.")
    var classes = 20

    @Option(help: "Show one split only.")
    var split: Split?

    private var format: ClassMontage.Format? {
      ClassMontage.Format.allCases.first { out.lowercased().hasSuffix("." + $0.rawValue) }
    }

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
        leftOut > 0 ? "\(out), without \(leftOut) classes (see --classes)" : out)
    }
  }
}
