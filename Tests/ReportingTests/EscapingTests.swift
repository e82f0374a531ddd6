import Foundation
import Reporting
import Testing

/// Titles that come from other people's files, in every format.
@Suite struct EscapingTests {
  private func table(_ titles: [String]) throws -> ResultTable {
    let methods = titles.enumerated().map { index, title in
      TableMethod(name: "m\(index)", title: title, family: .classical)
    }
    return try SampleRuns.table(
      methods, methods.map { SampleRuns.finished(SampleRuns.record($0, on: "cifar10", 10, 20, -5)) }
    )
  }

  private static let nasty = [
    "a\u{1B}]0;owned\u{7}\u{1B}[31m", "nul \0 bell \u{7} del \u{7F}", "csi \u{9B}31m",
    "\u{202E}sdrawkcab",
    "two\nlines\r\nand \u{2028} more", "a\u{FFFE}b",
  ]

  @Test(arguments: TableFormat.allCases)
  func `No format has a control character, a direction override or a noncharacter`(
    _ format: TableFormat
  ) throws {
    let text = try table(Self.nasty).rendered(as: format)
    let harmful = text.unicodeScalars.filter { scalar in
      scalar != "\n"
        && (scalar.properties.generalCategory == .control || scalar.value == 0x202E
          || scalar.properties.isNoncharacterCodePoint || scalar.value == 0x2028)
    }
    #expect(harmful.isEmpty, "\(harmful)")
  }

  @Test func `JSON keeps the text that other formats replace`() throws {
    let first = try #require(try table(Self.nasty).rendered(as: .json).split(separator: "\n").first)
    let object = try JSONSerialization.jsonObject(with: Data(first.utf8)) as? [String: Any]
    #expect(object?["title"] as? String == Self.nasty[0])
  }

  @Test(arguments: [
    ("=cmd|'/c calc'!A0", "'=cmd|'/c calc'!A0"), ("@SUM(1+1)", "'@SUM(1+1)"), ("+1", "'+1"),
    ("-1", "'-1"), ("\t=1", "' =1"), ("=HYPERLINK(\"a\",\"b\")", #""'=HYPERLINK(""a"",""b"")""#),
    ("a=b", "a=b"), ("\"\u{301}x", "\"\"\"\u{301}x\""),
  ])
  func `CSV has no formula, and a number keeps its minus`(_ title: String, _ field: String) throws {
    let line = try #require(try table([title]).rendered(as: .csv).split(separator: "\n").last)
    #expect(line.contains(",m0,\(field),classical,ari,-5.0,,"), "\(line)")
  }

  @Test func `A mark that combines with a sign of markup does not hide it`() throws {
    let table = try table(["<\u{301}b> |\u{301}"])
    #expect(table.rendered(as: .markdown).contains("\\<\u{301}b\\> \\|\u{301}"))
  }

  @Test(arguments: [
    ("k \"means\", β = −1", "k {''}means{''}, $\\beta$ = $-$1"),
    ("Größe, naïve, Łódź", "Gr\\\"{o}\\ss{}e, na\\\"{\\i}ve, \\L{}\\'{o}d\\'{z}"),
    ("a--b ``c'' ?`", "a-{}-b `{}`c'{}' ?{}`"),
    ("x\\y~z^w", "x\\textbackslash{}y\\textasciitilde{}z\\textasciicircum{}w"),
    ("Σ Α ≤ 5 × 10³ ﬁn", "$\\Sigma$ $\\mathrm{A}$ $\\leq$ 5 $\\times$ 10$^{3}$ fin"),
    ("犬", "{[}U+72AC]"), ("[a]*", "{[}a]{*}"),
  ])
  func `LaTeX has commands for what its oldest fonts lack`(_ title: String, _ expected: String)
    throws
  {
    #expect(try table([title]).rendered(as: .latex).contains("\n\(expected) & "))
  }

  @Test func `LaTeX of any character is ASCII`() throws {
    let scalars = stride(from: 0x20, to: 0x1_1000, by: 1).compactMap { Unicode.Scalar($0) }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    let latex = try table([String(text)]).rendered(as: .latex)
    #expect(latex.unicodeScalars.allSatisfy { $0 == "\n" || (0x20...0x7E).contains($0.value) })
  }

  private static let pdfLaTeX = ["/usr/bin/pdflatex", "/usr/local/bin/pdflatex"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  @Test(
    .enabled(
      if: pdfLaTeX != nil && ProcessInfo.processInfo.environment["SCL_SLOW"] != nil,
      "needs pdflatex with booktabs, and SCL_SLOW=1"))
  func `pdflatex sets a table of every sign that is translated`() throws {
    let signs = (0x20..<0x3000).compactMap { Unicode.Scalar($0) }.filter {
      $0.properties.age != nil
    }
    let titles = stride(from: 0, to: signs.count, by: 60).map { start in
      var text = String.UnicodeScalarView()
      text.append(contentsOf: signs[start..<min(start + 60, signs.count)])
      return String(text)
    }
    try typeset(try table(titles).rendered(as: .latex), packages: ["booktabs"])
  }

  @Test(
    .enabled(
      if: pdfLaTeX != nil && ProcessInfo.processInfo.environment["SCL_SLOW"] != nil,
      "needs pdflatex with booktabs and siunitx, and SCL_SLOW=1"))
  func `Tables of six benchmarks fit the text of one column and of two`() throws {
    let six = ["cifar10", "cifar100", "stl10", "imagenet10", "imagenet-dogs", "tiny-imagenet"]
    let rows = [SampleRuns.scl, SampleRuns.kMeans, SampleRuns.pica, SampleRuns.moco]
    let runs = six.enumerated().flatMap { place, benchmark in
      rows.enumerated().flatMap { row, method in
        [0, 1].map { seed in
          SampleRuns.finished(
            SampleRuns.record(
              method, on: benchmark, seed: UInt64(seed), 11.1 + Double(row),
              20.2 + Double(place + seed),
              5.5, file: place == 1 ? SampleRuns.incomplete : SampleRuns.complete))
        }
      }
    }
    for columns in ["onecolumn", "twocolumn"] {
      for count in [1, 6] {
        let table = try SampleRuns.table(
          rows, runs.filter { six.prefix(count).contains($0.benchmark) })
        for (format, packages) in [
          (TableFormat.latex, ["booktabs"]), (.latexSiunitx, ["booktabs", "siunitx"]),
        ] {
          let log = try typeset(table.rendered(as: format), packages: packages, options: columns)
          #expect(
            !log.contains("Overfull"), "\(format.name), \(count), \(columns): \(log.suffix(3000))")
        }
      }
    }
  }

  @Test(
    .enabled(
      if: pdfLaTeX != nil && ProcessInfo.processInfo.environment["SCL_SLOW"] != nil,
      "needs pdflatex with booktabs, and SCL_SLOW=1"),
    arguments: ["onecolumn", "twocolumn"])
  func `No part of a tall table is taller than a page`(columns: String) throws {
    for rows in [20, 40, 60, 150] {
      let table = try SampleRuns.tallTable(
        rows: rows,
        benchmarks: [
          "cifar10", "cifar100", "stl10", "imagenet10", "imagenet-dogs", "tiny-imagenet",
        ])
      let log = try typeset(
        table.rendered(as: .latex), packages: ["booktabs"], options: columns)
      #expect(!log.contains("Float too large"), "\(rows), \(columns): \(log.suffix(2000))")
    }
  }

  /// Sets a fragment in a document of its own. Returns the log.
  @discardableResult
  private func typeset(
    _ fragment: String, packages: [String], options: String = "onecolumn"
  ) throws -> String {
    let folder = NSTemporaryDirectory() + "latex-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let document =
      "\\documentclass[\(options)]{article}\n"
      + packages.map { "\\usepackage{\($0)}\n" }.joined() + "\\begin{document}\n"
      + fragment + "\\end{document}\n"
    try Data(document.utf8).write(to: URL(fileURLWithPath: folder + "/table.tex"))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(Self.pdfLaTeX))
    process.arguments = ["-interaction=nonstopmode", "-halt-on-error", "table.tex"]
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    let log = try String(contentsOfFile: folder + "/table.log", encoding: .isoLatin1)
    #expect(process.terminationStatus == 0, "\(log.suffix(2000))")
    #expect(!log.contains("Missing character"), "\(log.suffix(2000))")
    return log
  }
}
