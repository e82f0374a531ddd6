import Metrics
import Records
import Reporting
import Testing

/// Small files as a reader may write them.
@Suite struct PaperTablesParsingTests {
  static func text(
    header: String = "| method | row | CIFAR-10 | source | protocol | note |",
    row: String = "| pica | PICA | 56.1/64.5/46.7 | P | p | |",
    protocolRow: String = "| p | mean | train+test | test | 32 | geometric | last | ? |",
    sourceRow: String = "| P | a paper |"
  ) -> String {
    """
    # Published

    \(header)
    |---|---|---|---|---|---|
    \(row)

    | protocol | statistic | learns from | scored | image size | NMI | checkpoint | backbone |
    |---|---|---|---|---|---|---|---|
    \(protocolRow)

    | key | source |
    |---|---|
    \(sourceRow)
    """
  }

  private func message(_ text: String, methods: [String] = []) -> String {
    do throws(PaperTablesError) {
      _ = try PaperTables.parse(text, file: "tables.md", methods: methods)
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  @Test func `figures typed into SCL's row are picked up`() throws {
    let row = "| scl | SCL | 12.3/45.6+-0.7/- | P | p | typed in |"
    let tables = try PaperTables.parse(Self.text(row: row), file: "tables.md")
    let cell = tables.rows(of: "scl").first?.cells["cifar10"]
    let expected = PublishedCell([
      .nmi: PublishedFigure(value: 12.3), .acc: PublishedFigure(value: 45.6, spread: 0.7),
    ])
    #expect(cell == expected)
  }

  @Test func `protocol values may differ between benchmarks`() throws {
    let row =
      "| p | ? | ?; cifar10, imagenet10: train; cifar100: test | test | ?; cifar10, cifar100: 32; stl10: 96; tiny-imagenet: 64 | ? | ? | ?; cifar10: A; cifar100: B; tiny-imagenet: C |"
    let protocols = try PaperTables.parse(Self.text(protocolRow: row), file: "tables.md")
      .rows[0].protocols
    #expect(protocols["cifar10"]?.train == .train)
    #expect(protocols["stl10"]?.train == nil)
    #expect(protocols["tiny-imagenet"]?.imageSize == 64)
    #expect(protocols["cifar100"]?.backbone == "B" && protocols["stl10"]?.backbone == nil)
    // All images of ImageNet-10 are train images.
    #expect(protocols["imagenet10"]?.train == .trainAndTest)
  }

  @Test func `Windows line ends and pipes within a cell are read`() throws {
    let row = "| pica | PI\\|CA | - | - | p | |"
    let text = Self.text(row: row).replacingOccurrences(of: "\n", with: "\r\n")
    #expect(try PaperTables.parse(text, file: "tables.md").rows[0].title == "PI|CA")
  }

  @Test(arguments: [
    (
      "| pica | PICA | 56.1/64.5/46.7 | P | p |",
      "tables.md:5: the row has 5 cells where the heading has 6: write '-' for an empty cell"
    ),
    (
      "| pica | PICA | 3?.?/14.0/7.1 | P | p | |",
      "tables.md:5: '3?.?' (CIFAR-10) is not a number: write per cent as in 56.1 or 56.1+-0.4, "
        + "'-' if it is not known"
    ),
    (
      "| pica | PICA | 56.1/nan/46.7 | P | p | |",
      "tables.md:5: 'nan' (CIFAR-10) is not a number: write per cent as in 56.1 or 56.1+-0.4, "
        + "'-' if it is not known"
    ),
    (
      "| pica | PICA | 56.1/645/46.7 | P | p | |",
      "tables.md:5: '645' (CIFAR-10) is outside 0 to 100: write per cent"
    ),
    (
      "| pica | PICA | 56.1/64.5 | P | p | |",
      "tables.md:5: '56.1/64.5' (CIFAR-10) is not NMI/ACC/ARI: write three figures as in "
        + "56.1/64.5/46.7, '-' for each that is not known"
    ),
    (
      "| pica | PICA | | P | p | |",
      "tables.md:5: the cell 'CIFAR-10' is empty: write '-' for a figure that is not known"
    ),
    (
      "| pica | PICA | - | P | q | |",
      "tables.md:5: the protocol 'q' is not in the table of protocols: did you mean 'p'?"
    ),
    (
      "| pica | PICA | - | nowhere | p | |",
      "tables.md:5: the source 'nowhere' is not in the table of sources: add it there"
    ),
    (
      "| pica | PICA | 56.1/64.5/46.7 | - | p | |",
      "tables.md:5: the row has figures and no source: name a key of the table of sources"
    ),
    (
      "| Pica! | PICA | - | P | p | |",
      "tables.md:5: 'Pica!' is not a method id: write lower-case letters, digits and hyphens, as in "
        + "'imc-swav'"
    ),
    (
      "| pica | PICA | - | P | p | |\n| pica | PICA | - | P | p | |",
      "tables.md:6: the row 'PICA' of pica is already in line 5: remove one or rename it"
    ),
  ])
  func `a bad row is an error that names its line and what to do`(row: String, expected: String) {
    #expect(message(Self.text(row: row)) == expected)
  }

  @Test(arguments: [
    (
      "| picca | PICA | - | P | p | |",
      "'picca' is not a method of this program: did you mean 'pica'?"
    ),
    (
      "| picca | PICCA | - | P | p | |",
      "'picca' is not a method of this program: did you mean 'pica'?"
    ),
    ("| cs | CC | - | P | p | |", "'cs' is not a method of this program: did you mean 'cc'?"),
    (
      "| pica | PICA | 0.561/0.645/0.467 | P | p | |",
      "'0.561/0.645/0.467' (CIFAR-10) is in fractions of 1: write per cent, as in 56.1/64.5/46.7"
    ),
    (
      "| pica | PICA | -/0.617+-0.01/- | P | p | |",
      "'-/0.617+-0.01/-' (CIFAR-10) is in fractions of 1: write per cent, as in 56.1/64.5/46.7"
    ),
  ])
  func `a misspelt method and fractions of 1 are errors with their line`(
    row: String, expected: String
  ) {
    #expect(
      message(Self.text(row: row), methods: ["cc", "dec", "pica"])
        .hasPrefix("tables.md:5: \(expected)"))
  }

  @Test(arguments: [
    "| dac | DAC | - | P | p | |", "| imc-swav | IMC-SwAV | - | P | p | |",
    "| pica | PICA | 6.3/2.2/0.4 | P | p | |", "| pica | PICA | 0.4/10.1/0.1 | P | p | |",
  ])
  func `methods that are not here stay allowed, and low scores too`(row: String) {
    #expect(message(Self.text(row: row), methods: ["dec", "pica"]) == "no error")
  }

  @Test func `an id that looks like a mistake is allowed where the file lists it`() {
    let row = "| simclr2 | A successor | - | P | p | |"
    let listed = Self.text(row: row) + "\n\n| other method |\n|---|\n| simclr2 |\n"
    #expect(message(Self.text(row: row), methods: ["simclr"]).contains("'other method'"))
    #expect(message(listed, methods: ["simclr"]) == "no error")
    // Who does not say which methods there are finds no mistakes.
    #expect(message(Self.text(row: row)) == "no error")
  }

  @Test
  func `trials, candidates and a recipe are read, and unknown where a file has no such columns`()
    throws
  {
    let text = Self.text().replacing(
      "| backbone |", with: "| backbone | trials | candidates | recipe |"
    )
    .replacing(
      "|---|---|---|---|---|---|---|---|", with: "|---|---|---|---|---|---|---|---|---|---|---|"
    )
    .replacing(
      "| geometric | last | ? |",
      with: "| geometric | best-by-labels | ? | 10 | 1; cifar100: 5; stl10: ?; imagenet10: - "
        + "| -; cifar10: depth=34, blur=0.5; stl10: ? |")
    let protocols = try PaperTables.parse(text, file: "tables.md").rows[0].protocols
    #expect(protocols["cifar10"]?.recipe == ["depth": 34, "blur": 0.5])
    #expect(protocols["cifar100"]?.recipe == [:] && protocols["stl10"]?.recipe == nil)
    #expect(protocols["cifar10"]?.trials == 10 && protocols["cifar100"]?.candidates == 5)
    #expect(protocols["stl10"]?.candidates == nil && protocols["imagenet10"]?.candidates == nil)
    let older = try PaperTables.parse(Self.text(), file: "tables.md").rows[0].protocols["cifar10"]
    #expect(older?.recipe == nil && older?.trials == nil && older?.candidates == nil)
    let bad = text.replacing("blur=0.5", with: "blur")
    #expect(message(bad).contains("is not a value of 'recipe': write settings as in depth=34"))
  }

  @Test func `an unknown benchmark column is an error that names the nearest`() {
    let text = Self.text(header: "| method | row | CIFAR10 | source | protocol | note |")
    #expect(
      message(text)
        == "tables.md:3: 'CIFAR10' is not a benchmark or another known column: did you mean "
        + "'CIFAR-10'?")
  }

  @Test func `a missing column is an error`() {
    let text = Self.text(header: "| method | row | CIFAR-10 | source | STL-10 | note |")
    #expect(
      message(text) == "tables.md:3: the table of figures has no column 'protocol': add it")
  }

  @Test func `a table of no known kind is an error`() {
    let text = Self.text(header: "| metod | row | CIFAR-10 | source | protocol | note |")
    #expect(
      message(text)
        == "tables.md:3: 'metod' is not the first column of a known table: use 'method' (figures), "
        + "'protocol', 'key' (sources) or 'other method'")
  }

  @Test(arguments: [
    ("| p | mean | train+tset | test | 32 | geometric | last | ? |", "'train+tset'"),
    ("| p | mean | train | test | 32; svhn: 96 | geometric | last | ? |", "'32; svhn: 96'"),
    ("| p | mean | train | test | 0 | geometric | last | ? |", "'0'"),
    ("| p | median | train | test | 32 | geometric | last | ? |", "'median'"),
    ("| p | mean | train | test | 32 | harmonic | last | ? |", "'harmonic'"),
    ("| p | mean | train | test | 32 | geometric | first | ? |", "'first'"),
  ])
  func `a bad protocol value is an error`(row: String, value: String) {
    #expect(
      message(Self.text(protocolRow: row)).hasPrefix("tables.md:9: \(value) is not a value of"))
  }

  @Test func `protocols and sources stand once`() {
    let row = "| p | ? | ? | ? | ? | ? | ? | ? |"
    #expect(
      message(Self.text(protocolRow: row + "\n" + row))
        == "tables.md:10: the protocol 'p' is already in line 9: remove one or rename it")
    #expect(
      message(Self.text(sourceRow: "| P | a |\n| P | b |"))
        == "tables.md:14: the source 'P' is already in line 13: remove one or rename it")
  }

  @Test func `a file without figures, or no file, is an error`() {
    #expect(message("# Nothing").hasPrefix("tables.md: has no table of figures"))
    #expect(throws: PaperTablesError.self) { try PaperTables.read(from: "/nowhere/tables.md") }
  }

  @Test func `a table without its delimiter line is an error`() {
    for table in ["| method | row |\n| a | b |", "|\n|"] {
      #expect(message(table).hasPrefix("tables.md:2: the line below"))
    }
  }
}
