import Foundation
import Page
import Reporting
import Testing

/// The page in a browser. Where none is installed the tests are skipped, and the test run says so.
@Suite(
  .enabled(
    if: Browser() != nil,
    "no Chromium is installed, the page is not tested in a browser: apt-get install chromium"),
  .serialized)
struct BrowserTests {
  private let results: SampleResults

  init() throws {
    results = try SampleResults(.init(methods: 3), titles: ["Alpha", "Beta", "Gamma <b>"])
  }

  /// The page with another script at its end, which its content security policy would not admit.
  private func page(running script: String) throws -> String {
    let page = results.table.rendered(as: .html, from: results.sources)
    let policy = try #require(
      page.firstMatch(of: /<meta http-equiv="Content-Security-Policy"[^>]*>/))
    let body = """
      <script>
      function names() {
        return Array.from(document.querySelectorAll("#results tbody tr:not(.family)"))
          .filter(function (row) { return !row.hidden; })
          .map(function (row) { return row.children[0].textContent; }).join(",");
      }
      function head(text) {
        return Array.from(document.querySelectorAll("#results tr.sorts button"))
          .find(function (button) { return button.textContent === text; });
      }
      var said = [];
      \(script)
      var verdict = document.createElement("pre");
      verdict.textContent = "verdict " + said.join(" | ") + " end";
      document.body.append(verdict);
      </script></body>
      """
    return page.replacing(policy.0, with: "").replacing("</body>", with: body)
  }

  private func verdict(_ script: String) throws -> String {
    let browser = try #require(Browser())
    let result = try browser.open(page(running: script), in: results.folder)
    #expect(result.console.isEmpty, "\(result.console)")
    let verdict = try #require(
      result.document.firstMatch(of: /<pre>verdict (.*?) end<\/pre>/)?.1)
    return String(verdict).replacing("&lt;", with: "<").replacing("&gt;", with: ">")
  }

  @Test func `The page opens under its own policy without a message on the console`() throws {
    defer { results.remove() }
    let browser = try #require(Browser())
    let result = try browser.open(
      results.table.rendered(as: .html, from: results.sources), in: results.folder)
    #expect(result.console.isEmpty, "\(result.console)")
    // The script has run: its controls are there.
    #expect(result.document.contains("placeholder=\"filter rows\""))
  }

  @Test func `Every figure is drawn, headings sort, words filter, and boxes hide`() throws {
    defer { results.remove() }
    let verdict = try verdict(
      """
      var figures = Array.from(document.querySelectorAll("svg.figure"));
      said.push(figures.length);
      said.push(figures.filter(function (figure) {
        var box = figure.getBoundingClientRect();
        var drawn = figure.getBBox();
        return box.width > 10 && box.height > 10 && drawn.width > 5 && drawn.height > 5;
      }).length);

      said.push(names());
      head("ACC").click(); said.push(names());
      head("ACC").click(); said.push(names());
      head("ACC").click(); said.push(names());

      var search = document.querySelector(".tools[data-for=results] input[type=search]");
      ["classical be", "nothing", ""].forEach(function (words) {
        search.value = words; search.dispatchEvent(new Event("input")); said.push(names());
      });

      var box = Array.from(document.querySelectorAll(".tools[data-for=results] label"))
        .find(function (label) { return label.textContent === " ACC"; }).firstChild;
      box.click();
      var row = document.querySelector("#results tbody tr:not(.family)");
      said.push(Array.from(row.children).filter(function (cell) { return !cell.hidden; }).length);
      said.push(document.querySelector("#results thead th[scope=colgroup]").colSpan);
      """)
    let expected = [
      // Strips for 18 means; curves, matrix, bars and plane of six cells.
      "42", "42",
      // The order of the file, from the best, from the worst, and the first again.
      "Alpha,Beta,Gamma <b>", "Gamma <b>,Beta,Alpha", "Alpha,Beta,Gamma <b>",
      "Alpha,Beta,Gamma <b>",
      // The rows that have all words.
      "Beta", "", "Alpha,Beta,Gamma <b>",
      // Without a score on two benchmarks.
      "5", "2",
    ]
    #expect(verdict == expected.joined(separator: " | "))
  }
}
