import Core
import Figures
import Foundation
import Reporting

/// The HTML page of a report: one section each for the table, curves, clusters, the diff and provenance.
///
/// The page is one file without references to others. Its content security policy admits no network, and no script
/// but the page's own. The same records give the same bytes.
///
///     let html = ReportPage(table, from: ReportSources()).html  // the table and its provenance alone
///
/// Adding a section takes a type with a `PageSection?` and a line in `sections`. A section that has nothing to show
/// is nil; one that could not read something lists that below its figures.
struct ReportPage {
  /// What the page is about; its sections have the table's order.
  private let table: ResultTable
  /// What the sections beside the table are drawn from.
  private let sources: ReportSources

  /// - Parameters:
  ///   - table: the results.
  ///   - sources: run folders, benchmark files and a diff, as far as they are there.
  init(_ table: ResultTable, from sources: ReportSources) {
    self.table = table
    self.sources = sources
  }

  /// The whole page, which ends with a line break.
  var html: String {
    let sections = sections
    let head = Markup.element(
      "head", [:],
      [
        .void("meta", ["charset": "utf-8"]),
        .void(
          "meta", ["http-equiv": "Content-Security-Policy", "content": Self.contentSecurityPolicy]),
        .void(
          "meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
        .element("title", [:], [.text(table.title ?? table.experiment)]),
        .element("style", [:], [FigureStyle.sheet, PageStyle.sheet]),
      ])
    let body = Markup.element(
      "body", [:],
      [
        .element(
          "header", [:],
          [
            .element("h1", [:], [.text(table.title ?? table.experiment)]),
            .element("nav", ["aria-label": "Sections"], sections.map(\.link)),
          ]),
        .element("main", [:], sections.map(\.markup)),
        .element("script", [:], [PageScript.source]),
      ])
    let page = Markup.element("html", ["lang": "en"], [.trusted("\n"), head, body])
    return "<!DOCTYPE html>\n" + page.source + "\n"
  }

  /// Those that have something to say, from top to bottom: first what most readers come for, then what explains it,
  /// and at the end what is needed to repeat it.
  private var sections: [PageSection] {
    ([TableSection(table).section, CurveSection(table, from: sources).section]
      + AssignmentSections(table, from: sources, drawsImages: true).sections
      + [DiffSection(sources).section, ProvenanceSection(table).section]).compactMap(\.self)
  }

  /// Admits inline styles, images in the page itself, and the one script with this SHA-256. A script in a name that
  /// escaping had missed would not run.
  private static var contentSecurityPolicy: String {
    var hash = SHA256Hash()
    hash.update(PageScript.source.source)
    return "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
      + "script-src 'sha256-\(hash.base64)'"
  }
}

/// A part of the page with a heading, to which the page's navigation leads.
///
///     let section = PageSection(name: "notes", title: "Notes", content: [.paragraph("None.")])
///     section.markup  // <section id="notes"><h2>Notes</h2><p>None.</p></section>
///     section.link  // <a href="#notes">Notes</a>
struct PageSection {
  /// The name of its anchor: "table".
  let name: String
  /// Its heading.
  let title: String
  /// What stands below the heading.
  let content: [Markup]

  /// The element `<section>`.
  var markup: Markup {
    .element("section", ["id": name], [.element("h2", [:], [.text(title)])] + content)
  }

  /// Leads there.
  var link: Markup { .element("a", ["href": "#\(name)"], [.text(title)]) }
}

/// Parts that several sections have.
extension Markup {
  /// A paragraph of text.
  static func paragraph(_ text: String, _ classes: String? = nil) -> Markup {
    .element("p", ["class": classes], [.text(text)])
  }

  /// A list with a text per item; nothing for no items.
  static func list(_ items: [String]) -> [Markup] {
    items.isEmpty
      ? [] : [.element("ul", [:], items.map { .element("li", [:], [.text($0)]) })]
  }

  /// A part that can be opened and closed.
  /// - Parameter isOpen: whether it is open at first.
  static func details(_ summary: String, isOpen: Bool = false, _ content: [Markup]) -> Markup {
    .element(
      "details", ["open": isOpen ? "" : nil],
      [.element("summary", [:], [.text(summary)])] + content)
  }
}
