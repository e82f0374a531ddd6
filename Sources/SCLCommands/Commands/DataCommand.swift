import ArgumentParser
import Benchmarks
import Experiments

struct DataCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Turns original image files into benchmark files.",
    subcommands: [List.self, Prepare.self, Info.self, Verify.self])
}

extension DataCommand {
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists the benchmarks and which of them are prepared.")

    @Option(help: "Folder of the benchmark files.")
    var data = "data"

    @OptionGroup var output: JSONOption

    private struct Line: Encodable {
      let benchmark: String
      let title: String
      let classes: Int
      let images: Int
      let state: String
      let file: String
    }

    func run() throws {
      let lines = try BenchmarkDefinition.all.map { definition in
        Line(
          benchmark: definition.name, title: definition.title, classes: definition.classCount,
          images: definition.counts.total, state: try state(definition),
          file: BenchmarkFolder(data).file(of: definition))
      }
      if output.json {
        for line in lines { try Console.json(line) }
        return
      }
      let rows = lines.map {
        [$0.benchmark, $0.title, "\($0.classes) classes", "\($0.images) images", $0.state]
      }
      for line in TextColumns(rows).lines { Console.print(line) }
    }

    private func state(_ definition: BenchmarkDefinition) throws -> String {
      let folder = BenchmarkFolder(data)
      guard folder.hasFile(of: definition) else {
        return definition.hasGenerator
          ? "generated when needed"
          : "not prepared"
      }
      let info = try BenchmarkFile.open(folder.file(of: definition)).info
      return info.isComplete
        ? "prepared" : "prepared, partial: \(info.counts.total) of \(info.expectedCounts.total)"
    }
  }
}
