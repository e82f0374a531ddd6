import Core
import Domain
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

  @Test func `the shipped file holds 61 rows, each with a source or without figures`() {
    #expect(tables.rows.count == 61)
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
    ("SCAN (with MoCo, best)", "cifar10", 78.6, 87.4, 75.6),
    ("SCAN (with MoCo, best)", "cifar100", 47.2, 45.5, 31.0),
    ("SCAN (with MoCo, best)", "stl10", 75.8, 85.5, 72.1),
    ("MoCo + k-means", "tiny-imagenet", 34.2, 16.0, 8.0),
    ("CoHiClust (ResNet-50)", "imagenet10", 90.7, 95.3, 89.9),
  ])
  func `a cell has the figures of its source`(
    title: String, benchmark: String, nmi: Double, acc: Double, ari: Double
  ) throws {
    let cell = try #require(try row(title).cells[benchmark])
    #expect(cell.values == [.nmi: nmi, .acc: acc, .ari: ari])
  }

  @Test func `all figures together are those that were read and checked`() {
    // Of 262 cells, 731 figures; a change of any changes the sum. Whoever corrects a figure by its
    // source puts the new sum here.
    var hash = SHA256Hash()
    for row in tables.rows {
      for benchmark in row.benchmarks {
        guard let cell = row.cells[benchmark] else { continue }
        let figures = [cell[.nmi], cell[.acc], cell[.ari]].map { figure in
          figure.map { "\($0.value)" + ($0.spread.map { "+-\($0)" } ?? "") } ?? "-"
        }
        hash.update(
          "\(row.method)\t\(row.title)\t\(benchmark)\t\(figures.joined(separator: " "))\n")
      }
    }
    #expect(
      hash.hexadecimal == "e42ba0b1673ac3b1c9f0c654be2f9497f6706eecb3f34187157a675248a6a000")
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

  @Test func `rows of other methods than those of their ids are known`() throws {
    let others = tables.rows.reduce(into: [String: String]()) { others, row in
      if case .anotherMethod(let difference)? = row.note { others[row.title] = difference }
    }
    #expect(others.keys.sorted() == ["AC", "DRC"])
    #expect(others["AC"]?.contains("Gowda and Krishna") == true)
  }

  @Test func `spreads are read with their figures`() throws {
    let byol = try #require(try row("BYOL + k-means (ResNet-34)").cells["imagenet-dogs"])
    #expect(byol[.acc] == PublishedFigure(value: 69.4, spread: 3.0))
    let iic = try #require(try row("IIC (average sub-head)").cells["cifar100"])
    #expect(iic == PublishedCell([.acc: .init(value: 25.5, spread: 0.462)]))
  }

  @Test func `IIC's three values for STL-10 are rows of their own`() {
    let values = tables.rows(of: "iic").compactMap { $0.cells["stl10"]?[.acc]?.value }
    #expect(values == [61.0, 59.6, 59.8, 49.9])
  }

  @Test func `IIC's epochs were chosen by labels, and a mean of heads is no mean of runs`() throws {
    for title in ["IIC (best of trials)", "IIC (lowest-loss sub-head)", "IIC (as re-quoted)"] {
      #expect(try row(title).protocols["cifar10"]?.checkpoint == .bestByLabels, "\(title)")
    }
    #expect(try row("IIC (average sub-head)").protocols["stl10"]?.statistic == .meanOfHeads)
    #expect(try row("IIC (lowest-loss sub-head)").protocols["stl10"]?.candidates == 1)
  }

  @Test func `SPICE* and SCAN are the best of their runs, and SCAN had ten`() throws {
    for title in ["SPICE*", "SPICE-Self*", "SPICE* (ResNet-18)", "SCAN (with MoCo, best)", "NNM"] {
      #expect(try row(title).protocols["cifar10"]?.statistic == .best, "\(title)")
    }
    let scan = try #require(try row("SCAN (with self-labels, best)").protocols["cifar10"])
    #expect(scan.statistic == .best && scan.trials == 10)
    let moco = try #require(try row("SCAN (with MoCo, best)").protocols["stl10"])
    #expect(moco.score == .test && moco.backbone == "ResNet-18")
    #expect(moco.recipe == ["scan-cluster.pretext": "moco"])
  }

  @Test func `SCL's row has no figure and says why`() throws {
    let scl = try row("SCL")
    #expect(scl.method == "scl" && scl.cells.isEmpty)
    #expect(scl.note?.text.contains("no source that could be read has the figures") == true)
  }

  @Test func `figures that were only recalled are not in the file`() throws {
    #expect(try row("GATCluster").cells["imagenet-dogs"] == nil)
    #expect(try row("GATCluster").cells["cifar10"]?[.ari] == nil)
    #expect(try row("InstDisc + k-means").cells.isEmpty)
    #expect(try row("ProPos (ResNet-34)").cells["tiny-imagenet"] == nil)
    #expect(tables.rows(of: "scan").allSatisfy { $0.cells["imagenet-dogs"] == nil })
    #expect(tables.rows(of: "nnm").allSatisfy { $0.cells["imagenet-dogs"] == nil })
    #expect(!tables.rows.contains { $0.title.contains("CoNR") })
  }

  @Test func `misprints are left out and the row says so`() throws {
    let pcl = try row("PCL (as run by ProPos)")
    #expect(pcl.cells["stl10"]?[.acc] == nil && pcl.note?.text.contains("misprint") == true)
    let moco = try row("MoCo + k-means")
    #expect(moco.cells["imagenet10"] == nil && moco.note?.text.contains("misprint") == true)
  }

  @Test func `protocols are those of the papers' code, and unknown where it does not say`() throws {
    let pica = try #require(try row("PICA (best)").protocols["stl10"])
    #expect(
      pica
        == PublishedProtocol(
          statistic: .best, train: .everything, score: .trainAndTest,
          imageSize: 96, nmi: .geometric, checkpoint: .bestByLabels, candidates: 1,
          backbone: "ResNet-34", recipe: [:]))
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
    let cc = TableMethod(name: "cc", title: "CC", family: .deepClustering)
    var record = SampleRuns.record(
      cc, on: benchmark, 50, 60, 40, protocol: RunProtocol(imageSize: imageSize))
    record.settings = ["view_size": 224, "depth": "34", "width": 64]
    let diff = try TableDiff(
      SampleRuns.table([cc], [SampleRuns.finished(record)]), against: tables)
    let comparison = try #require(diff.comparisons.first { $0.reference?.title == "CC" })
    if isDifferent {
      #expect(
        comparison.verdict.reasons
          == ["pixels: published 224 px from whole photographs, measured 96 px images, enlarged"])
    } else {
      guard case .notComparable = comparison.verdict else { return }
      Issue.record("\(comparison.verdict)")
    }
  }
}
