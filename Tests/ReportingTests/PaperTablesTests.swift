import Core
import Foundation
import Metrics
import Records
import Reporting
import Testing

/// The package's own paper-tables.md against the figures that its sources print.
@Suite struct ShippedPaperTablesTests {
  let tables: PaperTables

  init() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    tables = try PaperTables.read(from: root.appending(path: "paper-tables.md").path)
  }

  private func row(_ title: String) throws -> PublishedRow {
    try #require(tables.rows.first { $0.title == title })
  }

  @Test func `the shipped file holds 60 rows, each with a source or without figures`() {
    #expect(tables.rows.count == 60)
    for row in tables.rows { #expect(row.cells.isEmpty || !row.sources.isEmpty, "\(row.title)") }
  }

  @Test(arguments: [
    ("k-means", "cifar10", 8.7, 22.9, 4.9),
    ("SC", "tiny-imagenet", 6.3, 2.2, 0.4),
    ("AC", "stl10", 23.9, 33.2, 14.0),
    ("DCGAN", "imagenet10", 22.5, 34.6, 15.7),
    ("DAC", "imagenet-dogs", 21.9, 27.5, 11.1),
    ("DCCM", "cifar100", 28.5, 32.7, 17.3),
    ("PICA (mean)", "imagenet10", 78.2, 85.0, 73.3),
    ("PICA (best)", "imagenet10", 80.2, 87.0, 76.1),
    ("DCDC", "tiny-imagenet", 32.3, 16.4, 7.3),
    ("CC", "cifar10", 70.5, 79.0, 63.7),
    ("CC", "tiny-imagenet", 34.0, 14.0, 7.1),
    ("GCC", "imagenet-dogs", 49.0, 52.6, 36.2),
    ("SCAN (with self-labels, best)", "stl10", 69.8, 80.9, 64.6),
    ("SPICE-Self*", "tiny-imagenet", 52.5, 29.2, 14.5),
    ("MoCo + k-means", "tiny-imagenet", 34.2, 16.0, 8.0),
    ("CoHiClust (ResNet-50)", "imagenet10", 90.7, 95.3, 89.9),
  ])
  func `a cell has the figures of its source`(
    title: String, benchmark: String, nmi: Double, acc: Double, ari: Double
  ) throws {
    let cell = try #require(try row(title).cells[benchmark])
    #expect([cell.nmi?.value, cell.acc?.value, cell.ari?.value] == [nmi, acc, ari])
  }

  @Test func `all figures together are those that were read and checked`() {
    // Of 259 cells, 722 figures; a change of any changes the sum. Whoever corrects a figure by its
    // source puts the new sum here.
    var hash = SHA256Hash()
    for row in tables.rows {
      for benchmark in row.benchmarks {
        guard let cell = row.cells[benchmark] else { continue }
        let figures = [cell.nmi, cell.acc, cell.ari].map { figure in
          figure.map { "\($0.value)" + ($0.spread.map { "+-\($0)" } ?? "") } ?? "-"
        }
        hash.update(
          "\(row.method)\t\(row.title)\t\(benchmark)\t\(figures.joined(separator: " "))\n")
      }
    }
    #expect(
      hash.hexadecimal == "945915c43e797c7bd8e97a87179bf50c4bce1d000c36246965ecd597f64dc742")
  }

  @Test func `rows of one source that differ in the backbone have protocols of their own`() throws {
    for (title, backbone) in [
      ("BYOL + k-means (ResNet-34)", "ResNet-34"), ("BYOL + k-means (ResNet-18)", "ResNet-18"),
      ("CC", "ResNet-34"), ("IDFD", "ResNet-18"),
    ] {
      #expect(try row(title).protocols["cifar10"]?.backbone == backbone, "\(title)")
    }
    #expect(try row("MoCo + k-means").protocols["cifar10"]?.backbone == nil)
  }

  @Test func `AC's row is known to be another method than the one of its id`() throws {
    #expect(try row("AC").otherMethod?.contains("Gowda and Krishna") == true)
    #expect(tables.rows.count { $0.otherMethod != nil } == 1)
  }

  @Test func `spreads are read with their figures`() throws {
    let byol = try #require(try row("BYOL + k-means (ResNet-34)").cells["imagenet-dogs"])
    #expect(byol.acc == PublishedFigure(value: 69.4, spread: 3.0))
    let iic = try #require(try row("IIC (average sub-head)").cells["cifar100"])
    #expect(iic == PublishedCell(nmi: nil, acc: .init(value: 25.5, spread: 0.462), ari: nil))
  }

  @Test func `IIC's three values for STL-10 are rows of their own`() {
    let values = tables.rows(of: "iic").compactMap { $0.cells["stl10"]?.acc?.value }
    #expect(values == [61.0, 59.6, 59.8, 49.9])
  }

  @Test func `SCL's row has no figure and says why`() throws {
    let scl = try row("SCL")
    #expect(scl.method == "scl" && scl.cells.isEmpty)
    #expect(scl.note.contains("no figure of this paper was found"))
  }

  @Test func `figures that were only recalled are not in the file`() throws {
    #expect(try row("GATCluster").cells["imagenet-dogs"] == nil)
    #expect(try row("GATCluster").cells["cifar10"]?.ari == nil)
    #expect(try row("InstDisc + k-means").cells.isEmpty)
    #expect(try row("ProPos (ResNet-34)").cells["tiny-imagenet"] == nil)
    #expect(tables.rows(of: "scan").allSatisfy { $0.cells["imagenet-dogs"] == nil })
    #expect(tables.rows(of: "nnm").allSatisfy { $0.cells["imagenet-dogs"] == nil })
    #expect(!tables.rows.contains { $0.title.contains("CoNR") })
  }

  @Test func `misprints are left out and the row says so`() throws {
    let pcl = try row("PCL (as run by ProPos)")
    #expect(pcl.cells["stl10"]?.acc == nil && pcl.note.contains("misprint"))
    let moco = try row("MoCo + k-means")
    #expect(moco.cells["imagenet10"] == nil && moco.note.contains("misprint"))
  }

  @Test func `protocols are those of the papers' code, and unknown where it does not say`() throws {
    let pica = try #require(try row("PICA (best)").protocols["stl10"])
    #expect(
      pica
        == PublishedProtocol(
          statistic: .best, train: [.train, .test, .unlabelled], score: [.train, .test],
          imageSize: 96, nmi: .geometric, checkpoint: .bestByLabels, backbone: "ResNet-34"))
    let scan = try #require(try row("SCAN (SCAN loss only, best)").protocols["cifar10"])
    #expect(scan.score == .test && scan.nmi == .arithmetic && scan.checkpoint == .lowestLoss)
    let cc = try #require(try row("CC").protocols["cifar100"])
    #expect(cc.imageSize == 224 && cc.checkpoint == .last && cc.statistic == nil)
    #expect(try row("k-means").protocols["cifar10"] == PublishedProtocol())
    // Self-labelling ends with its last epoch, from the clustering step of the lowest loss.
    let labelled = try #require(try row("SCAN (with self-labels, best)").protocols["stl10"])
    #expect(labelled.checkpoint == .last && labelled.train == .train && labelled.score == .test)
  }

  @Test(arguments: [("imagenet10", 96, true), ("imagenet10", 224, false), ("cifar10", 32, false)])
  func `enlarged squares of photographs are not the photographs that others learnt from`(
    benchmark: String, imageSize: Int, isDifferent: Bool
  ) throws {
    let cc = TableMethod(name: "cc", title: "CC", family: "deep clustering")
    var record = SampleRuns.record(
      cc, on: benchmark, 50, 60, 40, protocol: RunProtocol(imageSize: imageSize))
    record.settings = ["view_size": 224, "depth": "34", "width": 64]
    let diff = try TableDiff(
      SampleRuns.table([cc], [SampleRuns.finished(record)]), against: tables)
    let comparison = try #require(diff.comparisons.first { $0.reference?.title == "CC" })
    if isDifferent {
      #expect(
        comparison.verdict
          == .notComparable([
            "pixels: published 224 px of photographs, measured 96 px, enlarged"
          ]))
    } else {
      guard case .notComparable = comparison.verdict else { return }
      Issue.record("\(comparison.verdict)")
    }
  }
}

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

  private func message(_ text: String) -> String {
    do throws(PaperTablesError) {
      _ = try PaperTables.parse(text, file: "tables.md")
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  @Test func `figures typed into SCL's row are picked up`() throws {
    let row = "| scl | SCL | 12.3/45.6+-0.7/- | P | p | typed in |"
    let tables = try PaperTables.parse(Self.text(row: row), file: "tables.md")
    let cell = tables.rows(of: "scl").first?.cells["cifar10"]
    let expected = PublishedCell(
      nmi: PublishedFigure(value: 12.3), acc: PublishedFigure(value: 45.6, spread: 0.7), ari: nil)
    #expect(cell == expected)
  }

  @Test func `protocol values may differ between benchmarks`() throws {
    let row =
      "| p | ? | train / test / ? / train / ? / ? | test | 32 / 32 / 96 / ? / ? / 64 | ? | ? | A / B / ? / ? / ? / C |"
    let protocols = try PaperTables.parse(Self.text(protocolRow: row), file: "tables.md")
      .rows[0].protocols
    #expect(protocols["cifar10"]?.train == .train)
    #expect(protocols["stl10"]?.train == nil)
    #expect(protocols["tiny-imagenet"]?.imageSize == 64)
    #expect(protocols["cifar100"]?.backbone == "B" && protocols["stl10"]?.backbone == nil)
    // All images of ImageNet-10 are train images.
    #expect(protocols["imagenet10"]?.train == [.train, .test])
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
      "tables.md:5: '645' (CIFAR-10) lies outside 0 to 100: write per cent"
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
      "tables.md:5: 'Pica!' is not a method id: write small letters, digits and hyphens, as in "
        + "'imc-swav'"
    ),
    (
      "| pica | PICA | - | P | p | |\n| pica | PICA | - | P | p | |",
      "tables.md:6: the row 'PICA' of pica stands already in line 5: remove one or give it a name "
        + "of its own"
    ),
  ])
  func `a bad row is an error that names its line and what to do`(row: String, expected: String) {
    #expect(message(Self.text(row: row)) == expected)
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
        == "tables.md:3: a table whose first column is 'metod' is not known: begin with 'method' "
        + "(figures), 'protocol' or 'key' (sources)")
  }

  @Test(arguments: [
    ("| p | mean | train+tset | test | 32 | geometric | last | ? |", "'train+tset'"),
    ("| p | mean | train | test | 32 / 96 | geometric | last | ? |", "'32 / 96'"),
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
        == "tables.md:10: the protocol 'p' stands already in line 9: remove one or give it a name "
        + "of its own")
    #expect(
      message(Self.text(sourceRow: "| P | a |\n| P | b |"))
        == "tables.md:14: the source 'P' stands already in line 13: remove one or give it a name "
        + "of its own")
  }

  @Test func `a file without figures, or no file, is an error`() {
    #expect(message("# Nothing").hasPrefix("tables.md: holds no figures"))
    #expect(throws: PaperTablesError.self) { try PaperTables.read(from: "/nowhere/tables.md") }
  }

  @Test func `a table without its delimiter line is an error`() {
    #expect(message("| method | row |\n| a | b |").hasPrefix("tables.md:2: the line below"))
  }
}
