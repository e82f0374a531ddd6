import Core
import Domain
import Foundation
import Records
import Reporting
import Testing

/// Differences to a reference row, and the table of one setting's values. Expected numbers are from
/// SciPy 1.17.1: `ttest_rel` and `ttest_ind(equal_var=False)` with `confidence_interval()`.
@Suite struct SensitivityTests {
  /// A row whose runs have a temperature and, by default, nothing else.
  private static func row(_ name: String, of method: String? = "scl") -> TableMethod {
    TableMethod(
      name: name, title: "Row \(name)", family: .semantic, variantOf: method)
  }

  /// Runs on CIFAR-10 with these accuracies, seed by seed; the default temperature is 0.1.
  private static func runs(
    _ row: TableMethod, _ temperature: Double, _ accuracies: [Double], firstSeed: UInt64 = 0,
    semantic: Bool = true, protocol: RunProtocol = RunProtocol(imageSize: 32)
  ) -> [RunOutcome] {
    accuracies.enumerated().map { index, accuracy in
      var record = SampleRuns.record(
        row, on: "cifar10", seed: firstSeed + UInt64(index), 10, accuracy, 5, protocol: `protocol`)
      record.settings = ["temperature": .number(temperature), "semantic": .boolean(semantic)]
      record.departures =
        (temperature == 0.1
          ? [] : [Departure("temperature", value: .number(temperature), standard: 0.1)])
        + (semantic ? [] : [Departure("semantic", value: false, standard: true)])
      return SampleRuns.finished(record)
    }
  }

  private static let scl = TableMethod(name: "scl", title: "SCL", family: .semantic)
  private static let first = [26.2, 26.4, 25.1, 27.9, 24.8]
  private static let second = [22.7, 25.3, 24.0, 24.9, 25.0]

  /// SCL at the default, two values of a grid, a value with other seeds, and a row that differs in
  /// another setting.
  private static func table(of scl: TableMethod = scl) throws -> ResultTable {
    let rows = [row("hot"), scl, row("cold"), row("warm"), row("without")]
    return try SampleRuns.table(
      rows,
      runs(rows[0], 1, [30.5, 31.1]) + runs(rows[1], 0.1, second) + runs(rows[2], 0.05, first)
        + runs(rows[3], 0.2, [20, 21, 19.5], firstSeed: 7)
        + runs(rows[4], 0.1, first, semantic: false))
  }

  @Test func `Rows that differ in the setting alone are in the order of their values`() throws {
    let text = try Self.table().sensitivity(to: "temperature").rendered(as: .markdown)
    let titles = text.split(separator: "\n").filter { $0.hasPrefix("|") }.map {
      $0.split(separator: "|")[0].trimmingCharacters(in: .whitespaces)
    }
    #expect(
      titles.dropFirst(2) == [
        "**SCL**", "0.05", "– minus 0.1 (default)", "0.1 (default)", "0.2",
        "– minus 0.1 (default)", "1", "– minus 0.1 (default)",
      ])
    #expect(titles[0] == "temperature")
    #expect(text.hasPrefix("Sensitivity to temperature. Experiment table"))
    let latex = try Self.table().sensitivity(to: "temperature").rendered(as: .latex)
    #expect(latex.contains("\\label{tab:table-temperature}"))
  }

  @Test func `A row of another protocol is no value of the setting`() throws {
    let rows = [Self.row("train"), Self.scl, Self.row("cold")]
    let table = try SampleRuns.table(
      rows,
      Self.runs(
        rows[0], 0.1, [50, 51, 52, 53, 54, 55],
        protocol: RunProtocol(train: .train, score: .train, imageSize: 32))
        + Self.runs(rows[1], 0.1, Self.second) + Self.runs(rows[2], 0.05, Self.first))
    let text = try table.sensitivity(to: "temperature").rendered(as: .markdown)
    #expect(text.contains(" +1.7 [-0.2, 3.6] "), "\(text)")
    #expect(!text.contains("Not compared"))
  }

  @Test func `The difference to the default is paired by seeds, with its interval`() throws {
    let text = try Self.table().sensitivity(to: "temperature").rendered(as: .markdown)
    #expect(text.contains(" +1.7 [-0.2, 3.6] "), "0.05: five pairs")
    #expect(text.contains(" +6.8 [-5.9, 19.5] "), "1: two pairs")
    #expect(text.contains(" -4.2 [-5.8, -2.6] "), "0.2: no common seed")
    #expect(text.contains("Seeds that both rows have are paired (Student's t)."))
    #expect(text.contains("Rows without two common seeds count as independent (Welch's t)."))
  }

  @Test func `A row with one seed says which run it is compared with`() throws {
    let table = try SampleRuns.table(
      [Self.scl, Self.row("cold")],
      Self.runs(Self.scl, 0.1, [50, 60]) + Self.runs(Self.row("cold"), 0.05, [53]))
    let text = try table.sensitivity(to: "temperature").rendered(as: .markdown)
    #expect(text.contains(" +3.0 "), "\(text)")
    #expect(
      text.contains(
        "A row with one seed is compared with the reference row's run of that seed, without an interval."
      ))
  }

  @Test func `CSV and JSON have the value, the difference, its interval and the pairs`() throws {
    let table = try Self.table().sensitivity(to: "temperature")
    let lines = table.rendered(as: .csv).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    #expect(
      lines[0].suffix(7) == ["reference", "difference", "low", "high", "pairs", "setting", "value"])
    let cold = try #require(lines.first { $0[3] == "cold" && $0[6] == "acc" })
    #expect(cold.suffix(7) == ["scl", "1.7", "-0.1892", "3.5892", "5", "temperature", "0.05"])
    let warm = try #require(lines.first { $0[3] == "warm" && $0[6] == "acc" })
    #expect(warm.suffix(7) == ["scl", "-4.2133", "-5.8256", "-2.6011", "0", "temperature", "0.2"])
    let scl = try #require(lines.first { $0[3] == "scl" && $0[6] == "acc" })
    #expect(scl.suffix(7) == ["", "", "", "", "", "temperature", "0.1"])
    #expect(table.rendered(as: .csvRuns).split(separator: "\n")[0].hasSuffix("setting,value"))

    let objects = try table.rendered(as: .json).split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    let cell = try #require(objects.first { $0["method"] as? String == "cold" })
    #expect(cell["reference"] as? String == "scl" && cell["value"] as? String == "0.05")
    let difference = try #require(
      (cell["acc"] as? [String: Any])?["difference"] as? [String: Any])
    #expect(difference["points"] as? Double == 1.7 && difference["pairs"] as? Int == 5)
    #expect(difference["interval"] as? [String: Double] == ["low": -0.1892, "high": 3.5892])
  }

  @Test func `Without the default the method's own row is the reference, or a chosen row`() throws {
    let rows = [Self.scl, Self.row("hot"), Self.row("cold")]
    let table = try SampleRuns.table(
      rows,
      Self.runs(rows[0], 0.3, Self.second) + Self.runs(rows[1], 1, Self.first)
        + Self.runs(rows[2], 0.05, Self.first))
    let own = try table.sensitivity(to: "temperature")
    #expect(own.references == ["hot": "scl", "cold": "scl"])
    let chosen = try table.sensitivity(to: "temperature", reference: "hot")
    #expect(chosen.references == ["scl": "hot", "cold": "hot"])
    #expect(throws: ReportError.self) {
      try table.sensitivity(to: "temperature", reference: "warm")
    }
  }

  @Test func `A product of two settings has a group for each value of the other one`() throws {
    let rows = [Self.row("a"), Self.row("b"), Self.row("c"), Self.row("d")]
    let table = try SampleRuns.table(
      rows,
      Self.runs(rows[0], 0.1, Self.first) + Self.runs(rows[1], 0.1, Self.second, semantic: false)
        + Self.runs(rows[2], 1, Self.first) + Self.runs(rows[3], 1, Self.second, semantic: false))
    let text = try table.sensitivity(to: "temperature").rendered(as: .markdown)
    #expect(text.contains("**scl, semantic true**") && text.contains("**scl, semantic false**"))
    let other = try table.sensitivity(to: "semantic")
    #expect(other.methods.map(\.name) == ["b", "a", "d", "c"])
    #expect(
      other.methods.map(\.heading) == Array(repeating: "scl, temperature 0.1", count: 2)
        + Array(repeating: "scl, temperature 1", count: 2))
  }

  @Test func `Groups that start from other runs have the settings of these in their headings`()
    throws
  {
    let rows = ["a", "b", "c", "d"].map { Self.row($0) }
    var runs = zip(rows, [0.1, 1, 0.1, 1]).flatMap { Self.runs($0, $1, Self.first) }
    for index in runs.indices where ["c", "d"].contains(runs[index].method) {
      guard case .finished(var record) = runs[index].result else { continue }
      record.departures?.append(Departure("simclr.epochs", value: 5, standard: 500))
      runs[index].result = .finished(record)
    }
    let table = try SampleRuns.table(rows, runs).sensitivity(to: "temperature")
    #expect(
      table.methods.map(\.heading)
        == ["scl", "scl", "scl, simclr.epochs 5", "scl, simclr.epochs 5"])
  }

  @Test func `A row is compared with all rows of a group, not only with the first one`() throws {
    // "both" has a common benchmark with each of the others, which have none; "other" agrees with "both" on
    // STL-10 but for the temperature, and differs from it in another setting on CIFAR-10.
    let rows = ["a", "b", "both", "other"].map { Self.row($0) }
    func on(_ benchmark: String, _ runs: [RunOutcome]) throws -> [RunOutcome] {
      try runs.map { run in
        guard case .finished(var record) = run.result else { throw CancellationError() }
        record.benchmark = benchmark
        return SampleRuns.finished(record)
      }
    }
    let runs =
      Self.runs(rows[0], 0.05, Self.first) + (try on("stl10", Self.runs(rows[1], 1, Self.first)))
      + Self.runs(rows[2], 0.1, Self.second)
      + (try on("stl10", Self.runs(rows[2], 0.1, Self.second)))
      + Self.runs(rows[3], 2, Self.second, semantic: false)
      + (try on("stl10", Self.runs(rows[3], 2, Self.second)))
    let table = try SampleRuns.table(rows, runs).sensitivity(to: "temperature")
    #expect(table.methods.map(\.name) == ["a", "both", "b"])
    #expect(table.references == ["a": "both", "b": "both"])
  }

  @Test func `A setting in which no rows differ alone is refused, with those in which they do`()
    throws
  {
    let error = #expect(throws: ReportError.self) { try Self.table().sensitivity(to: "epochs") }
    #expect("\(error.map { "\($0)" } ?? "")".contains("rows differ in semantic, temperature"))
  }

  @Test func `Planned settings tell the value of a row without results`() throws {
    let missing = Self.row("missing")
    let recipe = RunRecipe(
      methodTitle: "SCL", settings: ["temperature": 5, "semantic": true],
      departures: [Departure("temperature", value: 5, standard: 0.1)])
    let table = try SampleRuns.table(
      [Self.scl, missing],
      Self.runs(Self.scl, 0.1, Self.second) + [
        RunOutcome(
          benchmark: "cifar10", method: "missing", seed: 0, result: .failed(reason: "no memory"),
          recipe: recipe)
      ])
    let text = try table.sensitivity(to: "temperature").rendered(as: .markdown)
    let row = try #require(text.split(separator: "\n").first { $0.hasPrefix("| 5 ") })
    #expect(row.contains("failed"))
    #expect(text.contains("Failed: Row missing on CIFAR-10, seed 0: no memory"))
  }

  @Test func `Every row of an ablation is followed by its difference to the reference row`() throws
  {
    var table = try Self.table()
    try table.compare(with: "scl")
    #expect(table.references.count == 4 && table.references["scl"] == nil)
    let text = table.rendered(as: .markdown)
    #expect(text.components(separatedBy: "– minus SCL").count == 5)
    #expect(text.contains(" +1.7 [-0.2, 3.6] "))
    for format in [TableFormat.latex, .latexSiunitx] {
      #expect(table.rendered(as: format).contains("+1.7 {[}-0.2, 3.6]"))
    }
    #expect(throws: ReportError.self) { try table.compare(with: "sclx") }
  }

  @Test func `Rows of another protocol have no difference, and the reason is given`() throws {
    let rows = [Self.scl, Self.row("cold")]
    var table = try SampleRuns.table(
      rows,
      Self.runs(rows[0], 0.1, Self.second)
        + Self.runs(rows[1], 0.1, Self.first, protocol: RunProtocol(imageSize: 48)))
    try table.compare(with: "scl")
    let text = table.rendered(as: .markdown)
    #expect(!text.contains("– minus SCL"))
    #expect(
      text.contains(
        "Not compared, the reference row has a different protocol: Row cold on CIFAR-10"))
  }
}
