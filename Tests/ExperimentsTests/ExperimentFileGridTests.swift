import Core
import Experiments
import Testing

/// Parameter grids: variants that a file makes of lists of values.
extension ExperimentsTests {
  private static let sweep = """
    benchmarks: [rehearsal]
    methods: [scl, sweep]
    variants:
      sweep:
        method: scl
        settings: {semantic: false}
        grid: {temperature: [0.05, 1], positives: [cluster, both]}
    settings:
      defaults: {epochs: 2}
      combinations:
        rehearsal:
          sweep: {batch_size: 64}
          sweep-temperature-0.05-positives-both: {batch_size: 32}
    profiles:
      narrow:
        variants:
          sweep: {title: SCL alone, grid: {temperature: [0.1]}}
    """

  @Test func `A grid makes a row of every combination, the last setting changing fastest`() throws {
    let rows = try read(Self.sweep).rows
    #expect(
      rows.map(\.name) == [
        "scl", "sweep-temperature-0.05-positives-cluster", "sweep-temperature-0.05-positives-both",
        "sweep-temperature-1-positives-cluster", "sweep-temperature-1-positives-both",
      ])
    #expect(rows.dropFirst().allSatisfy { $0.variantOf == "scl" })
    #expect(rows[1].title == "SCL (our reading): temperature 0.05, positives cluster")
  }

  @Test func `A row of a grid is the run of a variant that states the same values`() throws {
    let grid = try plan(read(Self.sweep), only: "method=sweep-temperature-0.05-positives-cluster")
    let written = try plan(
      read(
        """
        benchmarks: [rehearsal]
        methods: [cold]
        variants:
          cold:
            method: scl
            settings:
              {semantic: false, temperature: 0.05, positives: cluster, epochs: 2, batch_size: 64}
        """))
    // Behind the warm-up that both start from.
    #expect(grid.runs[1].identity == written.runs[1].identity)
    #expect(grid.runs[1].settings == written.runs[1].settings)
    #expect(
      grid.runs[1].folder.path.hasSuffix(
        "/trial/rehearsal/sweep-temperature-0.05-positives-cluster/seed-0"))
  }

  @Test func `The variant's name stands for all rows of its grid`() throws {
    let experiment = try read(Self.sweep, overrides: ["sweep.epochs=3"])
    let runs = try plan(experiment, only: "method=sweep").runs.filter { !$0.row.isStage }
    #expect(runs.count == 4 && runs.allSatisfy { $0.settings["epochs"] == 3 })
    #expect(Set(runs.map { $0.settings["batch_size"] }) == [64, 32])
    let excluded = try read(Self.sweep + "\nexclude: [{method: sweep}]")
    #expect(excluded.combinations.map(\.row) == ["scl"])
    let included = try read(
      """
      benchmarks: [rehearsal]
      methods: [kmeans]
      variants: {sweep: {method: kmeans, grid: {restarts: [1, 2]}}}
      include: [{benchmark: rehearsal, method: sweep}]
      """)
    #expect(included.methods == ["kmeans", "sweep-restarts-1", "sweep-restarts-2"])
  }

  @Test func `A setting of one row of a grid is addressed by that row's name`() throws {
    let experiment = try read(
      Self.sweep, overrides: ["sweep-temperature-1-positives-both.epochs=4"])
    let runs = try plan(experiment).runs
    #expect(runs.map { $0.settings["epochs"] }.count { $0 == 4 } == 1)
  }

  @Test func `A profile replaces the values of one setting of a grid`() throws {
    let rows = try read(Self.sweep, profile: "narrow").rows
    #expect(
      rows.map(\.name) == [
        "scl", "sweep-temperature-0.1-positives-cluster", "sweep-temperature-0.1-positives-both",
      ])
    #expect(rows[1].title == "SCL alone: temperature 0.1, positives cluster")
  }

  private static let start = """
    benchmarks: [rehearsal]
    methods: [scl]
    variants:
      sweep:
        method: scl

    """

  @Test(arguments: [
    ("    grid: {temperatur: [0.1]}", 6, "grid.temperatur", "did you mean 'temperature'?"),
    ("    grid: {temperature: []}", 6, "grid.temperature", "give at least one value"),
    ("    grid: {}", 6, "grid", "name at least one setting"),
    ("    grid: {temperature: 0.1}", 6, "grid.temperature", "expected a list, found one value"),
    ("    grid: {temperature: [0.1, -1]}", 6, "grid.temperature[1]", "'temperature' cannot be -1"),
    ("    grid: {temperature: [1, 0.5, 1.0]}", 6, "grid.temperature[2]", "'1' is listed twice"),
    ("    grid: {depth: [18, \"18\"]}", 6, "grid.depth[1]", "'18' is listed twice"),
    (
      "    settings: {temperature: 1}\n    grid: {temperature: [0.1]}", 7, "grid",
      "'temperature' is also one of the variant's settings"
    ),
    (
      "    grid:\n      epochs: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]\n"
        + "      dimensions: [2, 3, 4, 5, 6, 7, 8, 9, 10, 11]", 7, "grid",
      "this makes 110 rows; the most is 100"
    ),
    (
      "    grid: {epochs: [3]}\n  sweep-epochs-3: {method: kmeans}", 6, "grid",
      "this makes a row 'sweep-epochs-3', which there is already"
    ),
  ])
  func `A mistake in a grid is refused`(
    _ text: String, _ line: Int, _ key: String, _ problem: String
  ) {
    expectMistake(in: Self.start + text, line: line, key: "variants.sweep.\(key)", problem)
  }

  @Test func `A grid of far too many rows is refused without making them`() {
    let values = "[\((2...401).map { "\($0)" }.joined(separator: ", "))]"
    expectMistake(
      in: Self.start
        + "    grid: {epochs: \(values), dimensions: \(values), warmup_epochs: \(values)}",
      line: 6, key: "variants.sweep.grid", "this makes 64000000 rows; the most is 100")
  }

  @Test func `A setting that a grid sweeps takes no other value`() throws {
    let grid = Self.start + "    grid: {temperature: [0.1]}\n"
    expectMistake(
      in: grid + "settings: {combinations: {rehearsal: {sweep: {temperature: 1}}}}", line: 7,
      key: "settings.combinations.rehearsal.sweep.temperature",
      "the grid of 'sweep' gives this setting its values")
    let listed = grid.replacing("[scl]", with: "[sweep]")
    let error = #expect(throws: ExperimentError.self) {
      try read(listed, overrides: ["sweep.temperature=1"])
    }
    #expect(error?.description.contains("the grid of 'sweep'") == true)
  }
}
