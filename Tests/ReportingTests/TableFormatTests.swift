import Domain
import Foundation
import Metrics
import Records
import Reporting
import Testing

/// Whole tables in the other formats, with names that each format would take for markup.
@Suite struct TableFormatTests {
  private static let hostile = TableMethod(
    name: "odd", title: "A&B <i>_50%_ \"x\", {y} | #~^$\\", family: "odd & ends")

  private func table() throws -> ResultTable {
    try SampleRuns.table(
      [Self.hostile, SampleRuns.scl],
      [
        SampleRuns.finished(
          SampleRuns.record(Self.hostile, on: "cifar10", 10, 20, 5, file: SampleRuns.incomplete)),
        SampleRuns.finished(
          SampleRuns.record(SampleRuns.scl, on: "cifar10", 11, 19, 6, file: SampleRuns.incomplete)),
      ])
  }

  @Test func `LaTeX has booktabs rules, bold best figures and escaped names`() throws {
    let expected = ##"""
      % Needs \usepackage{booktabs}.
      \begin{table}[tp]
      \centering\footnotesize\setlength{\tabcolsep}{3pt}
      \caption{Experiment table: NMI, ACC and ARI in per cent, one seed; best of each column in bold. Protocol: trained on train+test, scored on train+test, last checkpoint, arithmetic NMI, 32 px images.}
      \label{tab:table}
      \begin{tabular}{lccc}
      \toprule
       & \multicolumn{3}{c}{CIFAR-10\textsuperscript{\dag{}}} \\
      \cmidrule(lr){2-4}
      Method & NMI & ACC & ARI \\
      \midrule
      \multicolumn{4}{l}{\textit{Semantic contrastive}} \\
      SCL & \textbf{11.0} & 19.0 & \textbf{6.0} \\
      \midrule
      \multicolumn{4}{l}{\textit{odd \& ends}} \\
      A\&B \textless{}i\textgreater{}\_50\%\_ {''}x{''}, \{y\} \textbar{} \#\textasciitilde{}\textasciicircum{}\$\textbackslash{} & 10.0 & \textbf{20.0} & 5.0 \\
      \bottomrule
      \end{tabular}
      \par\smallskip
      \raggedright
      \textsuperscript{\dag{}} CIFAR-10: 9,353 of 60,000 images, CIFAR-10 binary version\par
      One seed only: the figures have no spread over seeds.\par
      \end{table}

      """##
    #expect(try table().rendered(as: .latex) == expected)
  }

  @Test func `CSV has a line for each score and quotes what needs it`() throws {
    let expected = #"""
      experiment,profile,benchmark,method,title,family,metric,mean,std,n,planned,min,max,state,flags
      table,default,cifar10,scl,SCL,semantic,nmi,11.0,,1,1,11.0,11.0,finished,"CIFAR-10: 9,353 of 60,000 images, CIFAR-10 binary version; arithmetic NMI; one seed only"
      table,default,cifar10,scl,SCL,semantic,acc,19.0,,1,1,19.0,19.0,finished,"CIFAR-10: 9,353 of 60,000 images, CIFAR-10 binary version; arithmetic NMI; one seed only"
      table,default,cifar10,scl,SCL,semantic,ari,6.0,,1,1,6.0,6.0,finished,"CIFAR-10: 9,353 of 60,000 images, CIFAR-10 binary version; arithmetic NMI; one seed only"
      table,default,cifar10,odd,"A&B <i>_50%_ ""x"", {y} | #~^$\",odd & ends,nmi,10.0,,1,1,10.0,10.0,finished,"CIFAR-10: 9,353 of 60,000 images, CIFAR-10 binary version; arithmetic NMI; one seed only"
      table,default,cifar10,odd,"A&B <i>_50%_ ""x"", {y} | #~^$\",odd & ends,acc,20.0,,1,1,20.0,20.0,finished,"CIFAR-10: 9,353 of 60,000 images, CIFAR-10 binary version; arithmetic NMI; one seed only"
      table,default,cifar10,odd,"A&B <i>_50%_ ""x"", {y} | #~^$\",odd & ends,ari,5.0,,1,1,5.0,5.0,finished,"CIFAR-10: 9,353 of 60,000 images, CIFAR-10 binary version; arithmetic NMI; one seed only"

      """#
    #expect(try table().rendered(as: .csv) == expected)
  }

  @Test func `Markdown escapes what it would take for markup`() throws {
    let text = try table().rendered(as: .markdown)
    #expect(text.contains(#"| A&B \<i\>\_50%\_ "x", {y} \| #~^\$\\ |"#))
  }

  @Test func `Markdown leaves words as they are in which nothing is markup`() throws {
    let plain = TableMethod(
      name: "plain", title: "SPICE-Self*, learning_rate_floor, *x*", family: .contrastive)
    let text = try SampleRuns.table(
      [plain], [SampleRuns.finished(SampleRuns.record(plain, on: "cifar10", 10, 20, 5))]
    ).rendered(as: .markdown)
    #expect(text.contains(#"| SPICE-Self*, learning_rate_floor, \*x* |"#), "\(text)")
  }

  @Test func `JSON has an object on each line, with scores, state and flags`() throws {
    let lines = try SampleRuns.mixedTable().rendered(as: .json).split(separator: "\n")
    let objects = try lines.map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
    let cells = objects.filter { $0["kind"] as? String == "cell" }
    #expect(cells.count == 8)
    let scl = try #require(
      cells.first { $0["method"] as? String == "scl" && $0["benchmark"] as? String == "cifar10" })
    let scores = try #require(scl["acc"] as? [String: Any])
    let acc = scores.compactMapValues { $0 as? Double }
    // 40 and 44: mean 42, standard deviation 2 sqrt 2.
    #expect(acc["mean"] == 42 && acc["standardDeviation"] == 2.8284)
    #expect(acc["minimum"] == 40 && acc["maximum"] == 44 && acc["median"] == 42)
    #expect(scores["values"] as? [Double] == [40, 44])
    // 42 +- 12.706 * 2, by SciPy's t.interval.
    let interval = try #require(scores["interval"] as? [String: Double])
    #expect(interval == ["low": 16.5876, "high": 67.4124])
    #expect(scl["state"] as? String == "finished")
    let failed = try #require(
      cells.first { $0["method"] as? String == "pica" && $0["benchmark"] as? String == "stl10" })
    #expect(failed["acc"] == nil && failed["state"] as? String == "failed")
    #expect(
      failed["flags"] as? [String]
        == ["seed 0 failed: killed by signal 9", "seed 1 failed: killed by signal 9"])
    #expect(objects.last?["kind"] as? String == "remark")
  }

  /// Four rows with two seeds on two benchmarks; MoCo has one seed on one of them.
  private func wideTable() throws -> ResultTable {
    let rows: [(TableMethod, Double)] = [
      (SampleRuns.kMeans, 20), (SampleRuns.pica, 50), (SampleRuns.moco, 30), (SampleRuns.scl, 40),
    ]
    var runs: [RunOutcome] = []
    for benchmark in ["cifar10", "stl10"] {
      for (method, score) in rows {
        let seeds = method == SampleRuns.moco && benchmark == "stl10" ? 1 : 2
        for seed in 0..<seeds {
          runs.append(
            SampleRuns.finished(
              SampleRuns.record(
                method, on: benchmark, seed: UInt64(seed), score, score + Double(2 * seed),
                score / 2)))
        }
      }
    }
    return try SampleRuns.table(rows.map(\.0), runs)
  }

  @Test func `The second best of four rows is marked in every format that marks`() throws {
    let table = try wideTable()
    #expect(table.rendered(as: .markdown).contains(" *40.0 ± 0.0* "))
    #expect(table.rendered(as: .markdown).contains("bold, second best in italics"))
    let latex = table.rendered(as: .latex)
    #expect(latex.contains("\\underline{40.0}$_{\\pm 0.0}$"))
    #expect(latex.contains("bold, second best underlined."))
    // A column of siunitx cannot underline a number.
    var numbers = table
    for statistic in TableStatistic.allCases {
      numbers.statistic = statistic
      let siunitx = numbers.rendered(as: .latexSiunitx)
      #expect(siunitx.contains("in bold.") && !siunitx.contains("second best"))
      #expect(!siunitx.contains("\\underline"))
    }
  }

  @Test func `A score that only some finished seeds have says of how many it is`() throws {
    let runs = (0..<3).map { seed in
      var record = SampleRuns.record(SampleRuns.scl, on: "cifar10", seed: UInt64(seed), 4, 5, 6)
      if seed < 2 { record.metrics.scores?[.silhouette] = 0.125 }
      return record
    }
    let table = try ResultTable(
      ExperimentResults(experiment: "sample", profile: "default", records: runs),
      metrics: [.acc, .silhouette])
    let remarks = TableLayout(table).remarks
    #expect(
      remarks.contains { $0.hasSuffix("is from 2 of 3 finished seeds: SCL on CIFAR-10.") },
      "\(remarks)")
    let lines = table.rendered(as: .csv).split(separator: "\n")
    #expect(lines.contains { $0.contains(",acc,5.0,0.0,3,3,") }, "\(lines)")
    #expect(lines.contains { $0.contains(",silhouette,12.5,0.0,2,3,") }, "\(lines)")
    let json = table.rendered(as: .json)
    #expect(json.contains(#""seeds":[0,1],"standardDeviation":0,"values":[12.5,12.5]"#), "\(json)")
  }

  @Test func `A score that only one row has is not its best`() throws {
    var scored = SampleRuns.record(SampleRuns.scl, on: "cifar10", 20, 30, 10)
    scored.metrics.scores = Scores([.nmi: 0.2, .acc: 0.3, .ari: 0.1, .silhouette: 0.25])
    let table = try ResultTable(
      ExperimentResults(
        experiment: "table", profile: "default", methods: [SampleRuns.kMeans, SampleRuns.scl],
        runs: [
          SampleRuns.finished(SampleRuns.record(SampleRuns.kMeans, on: "cifar10", 10, 20, 5)),
          SampleRuns.finished(scored),
        ], distance: []), metrics: [.acc, .silhouette])
    let text = table.rendered(as: .markdown)
    #expect(text.contains("**30.0**"))
    #expect(text.contains(" 25.0 ") && !text.contains("**25.0**"), "\(text)")
  }

  @Test(arguments: [
    (TableStatistic.deviation, "51.0 ± 1.4"), (.interval, "51.0 [38.3, 63.7]"),
    (.bootstrap, "51.0 [50.0, 52.0]"), (.median, "51.0 [50.0, 52.0]"),
  ])
  func `A figure is the statistic that was asked for`(
    statistic: TableStatistic, expected: String
  ) throws {
    var table = try wideTable()
    table.statistic = statistic
    // 50 and 52: the t interval is 51 +- 12.706 (SciPy's t.interval).
    #expect(table.rendered(as: .csv) == (try wideTable().rendered(as: .csv)))
    #expect(table.rendered(as: .markdown).contains("**\(expected)**"))
  }

  @Test func `The best of the seeds is a row of its own, which does not compete`() throws {
    var table = try wideTable()
    table.showsBestOfSeeds = true
    let lines = table.rendered(as: .markdown).split(separator: "\n")
    let row = try #require(lines.firstIndex { $0.contains("PICA") }) + 1
    #expect(lines[row].contains("best of seeds") && lines[row].contains("52.0"))
    #expect(!lines[row].contains("**"))
    #expect(lines.contains { $0.contains("Choosing it takes labels") })
  }

  @Test func `Without a published figure there is no remark on differences`() throws {
    var table = try wideTable()
    let none = """
      | method | row | CIFAR-10 | source | protocol | note |
      |---|---|---|---|---|---|
      | other | Other | 40.0/50.0/30.0 | P | unknown | |

      | protocol | statistic | learns from | scored | image size | NMI | checkpoint | backbone |
      |---|---|---|---|---|---|---|---|
      | unknown | ? | ? | ? | ? | ? | ? | ? |

      | key | source |
      |---|---|
      | P | a `paper` |
      """
    table.diff = TableDiff(table, against: try PaperTables.parse(none, file: "tables.md"))
    let text = table.rendered(as: .markdown)
    #expect(text.contains("No figures of these methods are published on these benchmarks."))
    #expect(!text.contains("measured minus published"))
  }

  @Test func `A caption has the profile if one was chosen`() throws {
    let run = SampleRuns.finished(
      SampleRuns.record(SampleRuns.scl, on: "cifar10", 10, 20, 5, profile: "quick"))
    let quick = try SampleRuns.table([SampleRuns.scl], [run], profile: "quick")
    #expect(quick.rendered(as: .markdown).hasPrefix("Experiment table, profile quick: NMI"))
    #expect(
      TableDiff(quick, against: quick).markdown().hasPrefix(
        "Experiment table, profile quick, against experiment table, profile quick. "))
    #expect(try wideTable().rendered(as: .markdown).hasPrefix("Experiment table: NMI"))
    #expect(
      TableDiff(try wideTable(), against: try wideTable()).markdown().hasPrefix(
        "Experiment table, against experiment table. "))
  }

  @Test func `Notes of an experiment are not taken for notes of a part of it`() throws {
    var results = ExperimentResults(
      experiment: "table", profile: "default", methods: [SampleRuns.kMeans],
      runs: [SampleRuns.finished(SampleRuns.record(SampleRuns.kMeans, on: "cifar10", 10, 20, 5))],
      distance: ["30 epochs instead of 200"])
    results.isPart = true
    let part =
      "As a whole, the experiment departs from the published ones: 30 epochs instead of 200"
    let table = try ResultTable(results)
    #expect(table.rendered(as: .markdown).contains("- \(part)\n"))
    #expect(TableDiff(table, against: table).remarks.contains(part))
    #expect(try ResultTable(.joined([results])).rendered(as: .json).contains(part))
    results.isPart = false
    #expect(
      try ResultTable(results).rendered(as: .markdown).contains(
        "- Departs from the published experiments: 30 epochs instead of 200\n"))
  }

  @Test func `CSV by runs has a line for each seed and score`() throws {
    let lines = try table().rendered(as: .csvRuns).split(separator: "\n")
    #expect(lines.count == 1 + 2 * 3)
    #expect(
      lines[0]
        == "experiment,profile,benchmark,method,title,family,seed,metric,value,identity,flags")
    #expect(lines[1].hasPrefix("table,default,cifar10,scl,SCL,semantic,0,nmi,11.0,identity,"))
  }

  @Test func `LaTeX puts benchmarks that do not fit beside each other into blocks`() throws {
    let six = ["cifar10", "cifar100", "stl10", "imagenet10", "imagenet-dogs", "tiny-imagenet"]
    let table = try SampleRuns.table(
      [SampleRuns.scl],
      six.flatMap { benchmark in
        [0, 1].map {
          SampleRuns.finished(
            SampleRuns.record(SampleRuns.scl, on: benchmark, seed: $0, 11.1, 20.2 + Double($0), 5.5)
          )
        }
      })
    let latex = table.rendered(as: .latex)
    #expect(latex.components(separatedBy: "\\begin{tabular}").count == 4)
    #expect(latex.contains("\\begin{table*}") && !latex.contains("resizebox"))
    let siunitx = table.rendered(as: .latexSiunitx)
    #expect(siunitx.contains("S[table-format=2.1(2)]") && siunitx.contains("20.7 +- 0.7"))
  }

  @Test(arguments: [5, 30, 60, 150])
  func `LaTeX continues a table that is taller than a page`(rows: Int) throws {
    let six = ["cifar10", "cifar100", "stl10", "imagenet10", "imagenet-dogs", "tiny-imagenet"]
    let latex = try SampleRuns.tallTable(rows: rows, benchmarks: six).rendered(as: .latex)
    let floats = latex.components(separatedBy: "\\end{table*}").dropLast()
    let lines = floats.map { $0.split(separator: "\n").filter { $0.hasPrefix("Row ") } }
    // 50 lines of 9.5 points and two headings are a page.
    #expect(lines.allSatisfy { !$0.isEmpty && $0.count <= 50 })
    #expect((rows == 5) == (floats.count == 1))
    #expect(latex.components(separatedBy: "\\caption{(continued)}").count == floats.count)
    #expect(latex.components(separatedBy: "\\label{").count == 2)
    // Every row has its figures in each of both blocks, in order.
    let titles = lines.joined().map { String($0.prefix { $0 != "&" }) }
    let order = (0..<rows).map { "Row \($0) " }
    #expect(titles == order + order)
    // 30 rows fit on a page, and are not cut.
    if rows == 30 { #expect(lines.map(\.count) == [30, 30]) }
  }
}
