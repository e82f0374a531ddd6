import ArgumentParser
import Benchmarks
import Experiments

extension DataCommand {
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Lists the benchmarks: what is prepared, where originals come from, what to do next.")

    @Option(help: "Folder of the benchmark files.")
    var data = BenchmarkFolder.defaultPath

    @OptionGroup var output: JSONOption

    func run() throws {
      let standings = BenchmarkDefinition.all.map {
        BenchmarkStanding($0, in: BenchmarkFolder(data))
      }
      if output.json {
        for standing in standings { try Console.json(standing) }
        return
      }
      // Those of the paper one below the other, what is drawn in a line each.
      for standing in standings where standing.originals != nil {
        for line in standing.paragraph { Console.print(line) }
        Console.print("")
      }
      let drawn = standings.filter { $0.originals == nil }
      for line in TextColumns(drawn.map(\.cells)).lines { Console.print(line) }
    }
  }
}
