import Foundation
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
      % Needs \usepackage{booktabs} and \usepackage{graphicx}.
      \begin{table*}[t]
      \centering
      \caption{Experiment table, profile default: NMI, ACC and ARI in per cent, one seed; best of a column in bold. Protocol: learns from train+test, scores train+test, last checkpoint, arithmetic NMI, images of 32 px.}
      \label{tab:table}
      \resizebox{\textwidth}{!}{%
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
      \end{tabular}}
      \par\smallskip
      \footnotesize\raggedright
      \textsuperscript{\dag{}} CIFAR-10: 9,353 of 60,000 images, CIFAR-10 binary version\par
      One seed only: the figures have no spread over seeds.\par
      \end{table*}

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

  @Test func `HTML is one file with escaped names, bold best figures and the notes`() throws {
    let html = try table().rendered(as: .html)
    #expect(html.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">"))
    #expect(!html.contains("http") && !html.contains("<script") && !html.contains("<link"))
    #expect(html.contains("prefers-color-scheme: dark"))
    let name = "A&amp;B &lt;i&gt;_50%_ &quot;x&quot;, {y} | #~^$\\"
    #expect(
      html.contains(
        "<tr><th scope=\"row\">\(name)</th><td class=\"first\">10.0</td><td><b>20.0</b></td>"
          + "<td>5.0</td></tr>"))
    #expect(html.contains("CIFAR-10<sup>†</sup></th>"))
    #expect(
      html.contains(
        "<li><sup>†</sup> CIFAR-10: 9,353 of 60,000 images, CIFAR-10 binary version</li>"))
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
    let acc = try #require(scl["acc"] as? [String: Double])
    // 40 and 44: mean 42, standard deviation 2 sqrt 2.
    #expect(acc == ["mean": 42, "standardDeviation": 2.8284, "minimum": 40, "maximum": 44])
    #expect(scl["state"] as? String == "finished")
    let failed = try #require(
      cells.first { $0["method"] as? String == "pica" && $0["benchmark"] as? String == "stl10" })
    #expect(failed["acc"] == nil && failed["state"] as? String == "failed")
    #expect(
      failed["flags"] as? [String]
        == ["seed 0 failed: killed by signal 9", "seed 1 failed: killed by signal 9"])
    #expect(objects.last?["kind"] as? String == "remark")
  }
}
