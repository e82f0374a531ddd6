import ArgumentParser
import Benchmarks

extension Split: ExpressibleByArgument {
  public init?(argument: String) {
    guard let split = Split.allCases.first(where: { $0.name == argument }) else { return nil }
    self = split
  }

  public static var allValueStrings: [String] { allCases.map(\.name) }
}

extension DataCommand {
  struct Montage: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Draws a few images of each class with its name: look at data before using it.",
      discussion: """
        A row for each class. The images are taken at even distances over the class, so the same \
        file gives the same picture. Of more classes than --classes, as many are shown, at even \
        distances too.
        """)

    @OptionGroup var benchmark: BenchmarkFileArgument

    @Option(help: "Picture to make; its name ends in .png or .svg.")
    var out: String

    @Option(help: "Images of a class.")
    var images = 10

    @Option(help: "Classes at most.")
    var classes = 20

    @Option(help: "Only images of one split.")
    var split: Split?

    private var format: Benchmarks.Montage.Format? {
      Benchmarks.Montage.Format.allCases.first { out.lowercased().hasSuffix("." + $0.rawValue) }
    }

    func validate() throws {
      guard format != nil else {
        throw ValidationError("--out \(out): name a file that ends in .png or .svg")
      }
      for (name, value) in [("images", images), ("classes", classes)]
      where !(1...1_000).contains(value) {
        throw ValidationError("--\(name) takes 1 to 1000")
      }
    }

    func run() throws {
      guard let format else { return }
      var options = Benchmarks.Montage.Options()
      options.perClass = images
      options.classes = classes
      if let split { options.splits = [split] }
      let montage = try Benchmarks.Montage(BenchmarkFile.open(benchmark.path), options)
      try montage.write(to: out, as: format)
      let leftOut = montage.classesLeftOut
      Console.print(
        leftOut > 0 ? "\(out), without \(leftOut) classes (see --classes)" : out)
    }
  }
}
