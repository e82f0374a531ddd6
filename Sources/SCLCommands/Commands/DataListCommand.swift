import ArgumentParser
import Benchmarks
import Experiments

extension DataCommand {
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Lists the benchmarks: what is prepared, where originals come from, what to do next.",
      discussion:
        "Those made of your own class folders (scl data prepare NAME --as folders) come last.")

    @Option(help: "Folder of the benchmark files.")
    var data = BenchmarkFolder.defaultPath

    @OptionGroup var output: JSONOption

    func run() throws {
      let folder = BenchmarkFolder(data)
      let standings =
        BenchmarkDefinition.all.map { BenchmarkStanding($0, in: folder) }
        + folder.ownBenchmarks.map { BenchmarkStanding(own: $0, in: folder) }
      if output.json {
        for standing in standings { try Console.json(standing) }
        return
      }
      // Those of the paper one below the other, the others in a line each.
      for standing in standings where standing.kind == .published {
        for line in standing.paragraph { Console.print(line) }
        Console.print("")
      }
      let rows: (BenchmarkStanding.Kind) -> [String] = { kind in
        TextColumns(standings.filter { $0.kind == kind }.map(\.cells), width: Console.outputWidth)
          .lines
      }
      for line in rows(.drawn) { Console.print(line) }
      let own = rows(.own)
      if !own.isEmpty { Console.print("\nof your own:") }
      for line in own { Console.print(line) }
    }
  }
}
