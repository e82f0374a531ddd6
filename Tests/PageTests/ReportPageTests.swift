import Foundation
import FoundationXML
import Page
import Records
import Reporting
import Testing

/// The page's text: what it contains and what it does not.
@Suite struct ReportPageTests {
  private let results: SampleResults

  init() throws {
    results = try SampleResults(titles: [
      #"<script>alert("x")</script>"#, "k-means\u{1B}[31m\u{202E}",
    ])
  }

  private func page(_ sources: ReportSources? = nil) -> String {
    results.table.rendered(as: .html, from: sources ?? results.sources)
  }

  private func count(_ part: String, in text: String) -> Int {
    text.components(separatedBy: part).count - 1
  }

  @Test func `The page is one file with a script that its policy names, and needs no network`()
    throws
  {
    defer { results.remove() }
    let page = page()
    #expect(page.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">") && page.hasSuffix("</html>\n"))
    #expect(!page.contains("http://") && !page.contains("https://") && !page.contains("<link"))
    #expect(!page.contains("src=") && !page.contains("@import") && !page.contains("url("))
    #expect(page.contains("default-src &#39;none&#39;") && page.contains("script-src &#39;sha256-"))
    #expect(count("<script", in: page) == 1)
  }

  @Test func `The same records give the same page`() throws {
    defer { results.remove() }
    #expect(page() == page())
    let again = try SampleResults(
      titles: [#"<script>alert("x")</script>"#, "k-means\u{1B}[31m\u{202E}"])
    defer { again.remove() }
    #expect(page() == again.table.rendered(as: .html, from: again.sources))
  }

  @Test func `Names are escaped, and control characters are gone`() throws {
    defer { results.remove() }
    let page = page()
    #expect(page.contains("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;"))
    let harmful = page.unicodeScalars.filter { scalar in
      scalar != "\n"
        && (scalar.properties.generalCategory == .control || scalar.value == 0x202E)
    }
    #expect(harmful.isEmpty)
  }

  @Test func `Published rows alone are sorted by their figures, and nothing else is on the page`()
    throws
  {
    defer { results.remove() }
    let paper = try PaperTables.parse(
      """
      | method | row | CIFAR-10 | source | protocol | note |
      |---|---|---|---|---|---|
      | m0 | First | 40.0/50.04+-0.3/30.0 | P | unknown | |

      | protocol | statistic | learns from | scored | image size | NMI | checkpoint | backbone |
      |---|---|---|---|---|---|---|---|
      | unknown | mean | ? | ? | ? | ? | ? | ? |

      | key | source |
      |---|---|
      | P | a paper |
      """, file: "tables.md")
    let method = TableMethod(name: "m0", title: "Method 0", family: .classical)
    let table = try ResultTable.published(
      in: paper,
      for: [
        ExperimentResults(
          experiment: "sample", profile: "default", methods: [method],
          runs: [RunOutcome(benchmark: "cifar10", method: "m0", seed: 0, result: .missing)])
      ])
    let page = table.rendered(as: .html, from: ReportSources())
    #expect(page.contains(">First, from P<") && page.contains("data-v=\"50.04\""))
    #expect(page.contains("50.0 ± 0.3") && !page.contains("Dots are seeds"))
    #expect(!page.contains("class=\"follows\"") && count("<section", in: page) == 1)
  }

  @Test func `The best figure of a column is bold, the second best in italics`() throws {
    defer { results.remove() }
    let page = page()
    // Two benchmarks with three scores; the fourth method is best.
    #expect(count("<b>", in: page) == 6 && count("<i>", in: page) == 6)
    #expect(page.contains("<b>26.3 ± 0.3</b>") && page.contains("<i>24.3 ± 0.3</i>"))
  }

  @Test func `Every mean has its seeds as dots, every method its curves, matrix and bars`() throws {
    defer { results.remove() }
    let page = page()
    let cells = 4 * 2
    #expect(count("seed 0: ", in: page) == 2 * cells * 3)  // aria-label and title
    #expect(count("aria-label=\"Training curves of ", in: page) == cells)
    // Loss, two terms, and three scores.
    #expect(count("class=\"curve s", in: page) == cells * 6)
    #expect(count("aria-label=\"Confusion matrix of ", in: page) == cells)
    #expect(count("aria-label=\"Cluster sizes of ", in: page) == cells)
    // The plane of the first seed.
    #expect(count("aria-label=\"Plane of embeddings of ", in: page) == cells)
    #expect(count("embeddings of 128 values, silhouette 25.0", in: page) == cells)
  }

  @Test func `Read-outs are rows and curves, and have no matrix of their own`() throws {
    defer { results.remove() }
    let record = try #require(results.table.allCells[0].records.first)
    let folder = try #require(results.sources.folder(of: record))
    var history = History()
    for var row in try History.read(from: folder.history).rows {
      if let scores = row.scores {
        row.readOuts = [ReadOutScores("boundary", scores)]
        row.measures = [RecordedMeasure("agreement", 0.5), RecordedMeasure("largest", 0.25)]
      }
      try history.append(row)
    }
    try history.write(to: folder.history)
    var read = record
    read.readOuts = try ReadOutRecord(
      predictions: [.init(name: "boundary", metrics: record.metrics)], measures: [])
    let records = results.table.allCells.flatMap(\.records).map { $0 == record ? read : $0 }
    var table = try ResultTable(
      ExperimentResults(experiment: "sample", profile: "default", records: records))
    let before = page()
    table.addReadOuts()
    let page = table.rendered(as: .html, from: results.sources)
    #expect(page.contains(", by boundary</th>"))
    // Result and read-out in one panel, and two measures.
    #expect(count("class=\"curve s", in: page) == 8 * 6 + 4)
    #expect(page.contains(">ACC, %<") && page.contains(">agreement<"))
    for figure in ["Confusion matrix of ", "Training curves of ", "Cluster sizes of "] {
      #expect(count("aria-label=\"\(figure)", in: page) == 8)
    }
    #expect(count("aria-label=\"Plane of embeddings of ", in: page) == 8 && page != before)
  }

  @Test func `Curves of a run that continues another's training say where they begin`() throws {
    defer { results.remove() }
    for folder in results.sources.folders.values where folder.path.contains("stl10/m2") {
      var later = History()
      for row in try History.read(from: folder.history).rows.dropFirst(6) { try later.append(row) }
      try later.write(to: folder.history)
    }
    #expect(
      count("3 seeds, from epoch 7<", in: page()) == 1)
  }

  @Test func `The reasons of verdicts are in the text, each once`() throws {
    defer { results.remove() }
    let paper = try PaperTables.parse(
      """
      | method | row | CIFAR-10 | STL-10 | source | protocol | note |
      |---|---|---|---|---|---|---|
      | m2 | First | 40.0/50.0/30.0 | 40.0/50.0/30.0 | P | test | |

      | protocol | statistic | learns from | scored | image size | NMI | checkpoint | backbone |
      |---|---|---|---|---|---|---|---|
      | test | mean | train | test | 32 | arithmetic | last | – |

      | key | source |
      |---|---|
      | P | a paper |
      """, file: "tables.md")
    var sources = results.sources
    sources.diff = TableDiff(results.table, against: paper)
    let compared = sources.diff?.comparisons.first { $0.method.id == "m2" }
    let reason = try #require(compared?.verdict.reasons.first)
    let line = "\(reason): Method 2 on CIFAR-10; Method 2 on STL-10"
    #expect(count(line, in: page(sources)) == 1, "\(line)")
  }

  @Test func `The confusion matrix is that after matching`() throws {
    defer { results.remove() }
    // Four of five images are in the cluster of their class, which has another number.
    #expect(page().contains(">80</text>"))
  }

  @Test func `Settings that differ and runs are listed`() throws {
    defer { results.remove() }
    let page = page()
    #expect(page.contains("epochs 12 of 200"))
    #expect(count("identity-cif", in: page) == 4 * 3)
  }

  @Test func `Without runs the page has the table, without the benchmark file it says so`() throws {
    defer { results.remove() }
    let bare = results.table.rendered(as: .html)
    #expect(bare.contains("id=\"results\"") && !bare.contains("Training curves of"))
    #expect(page().contains("the benchmark file is not at hand"))
  }

  @Test func `A history or an assignment that cannot be read is named`() throws {
    defer { results.remove() }
    let run = try #require(results.sources.folders.values.map(\.path).sorted().first)
    try Data("epoch,loss\n".utf8).write(to: URL(fileURLWithPath: "\(run)/history.csv"))
    try Data("not HDF5".utf8).write(to: URL(fileURLWithPath: "\(run)/assignments.h5"))
    let page = page()
    #expect(page.contains("seed 0: no curve: ") && page.contains("seed 0: no clusters: "))
  }

  @Test func `A run that kept no projection is named, and one that cannot be read`() throws {
    defer { results.remove() }
    let folders = results.sources.folders.values.sorted { $0.path < $1.path }
    for folder in folders where folder.path.contains("stl10/m2") {
      try FileManager.default.removeItem(atPath: folder.projection)
    }
    let broken = try #require(folders.first { $0.path.contains("stl10/m3/seed-0") })
    try Data("not HDF5".utf8).write(to: URL(fileURLWithPath: broken.projection))
    let page = page()
    #expect(page.contains("No projection was kept by the runs of Method 2 on STL-10: "))
    #expect(page.contains("Method 3 on STL-10, seed 0: no plane: "))
    // The next seed is drawn instead.
    #expect(page.contains("Plane of embeddings of Method 3 on STL-10, seed 1"))
  }

  @Test func `Classes have their names without the file where the benchmark is registered`() throws
  {
    defer { results.remove() }
    let page = page()
    #expect(page.contains(">airplane</text>") && !page.contains("Classes have numbers"))
    let own = try SampleResults(.init(methods: 1, benchmarks: ["photographs"]))
    defer { own.remove() }
    let other = own.table.rendered(as: .html, from: own.sources)
    #expect(other.contains(">class 3</text>") && other.contains("Classes have numbers instead"))
  }

  @Test func `Figures are files of their own, well-formed and with colours for light and dark`()
    throws
  {
    defer { results.remove() }
    let folder = results.folder + "/figures"
    let figures = ReportFigures(results.table, from: results.sources)
    try figures.write(to: folder)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    // A plot per benchmark; curves, matrix, bars and plane per cell.
    #expect(names.count == 2 + 4 * 8 && names.contains("curves-cifar10-m0.svg"))
    for name in names {
      let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))
      #expect(XMLParser(data: data).parse(), "\(name)")
      #expect(String(decoding: data, as: UTF8.self).contains("prefers-color-scheme: dark"))
    }
  }
}

/// A table of the size of a benchmark paper's.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["SCL_SLOW"] != nil))
struct PageSizeTests {
  /// Seconds of the processor that this thread has taken, which do not depend on what else the machine does.
  private var threadSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  @Test func `30 methods on 6 benchmarks with 5 seeds take under 3 s and 5 MB`() throws {
    let results = try SampleResults(
      .init(
        methods: 30,
        benchmarks: [
          "cifar10", "cifar100", "stl10", "imagenet10", "imagenet-dogs", "tiny-imagenet",
        ],
        seeds: 5, epochs: 200, images: 20_000, classes: 20))
    defer { results.remove() }
    let start = threadSeconds
    let page = results.table.rendered(as: .html, from: results.sources)
    let seconds = threadSeconds - start
    #expect(page.utf8.count < 5_000_000, "\(page.utf8.count) bytes")
    #expect(seconds < 3, "\(seconds) s")
  }
}
