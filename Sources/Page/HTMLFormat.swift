import Reporting

/// The format that this module adds to those of Reporting.
extension TableFormat {
  /// One page that opens from disk and needs no other file: the table, to be sorted and filtered, and figures of
  /// the runs behind it.
  ///
  ///     let page = table.rendered(as: .html)
  ///
  /// `scl report --format html` also hands over run folders, benchmark files and a diff. What is not there is left
  /// out, and the page says so.
  public static let html = drawing("html", summary: "a page with figures") { table, sources in
    ReportPage(table, from: sources).html
  }
}
