import Core
import Figures
import Foundation
import Reporting

/// A figure with the name of its file: the kind of the figure, the benchmark and the method.
///
///     NamedFigure(["curves", "cifar10", "scl"], figure).file  // "curves-cifar10-scl.svg"
package struct NamedFigure: Sendable {
  /// "curves-cifar10-scl.svg".
  package fileprivate(set) var file: String
  /// The drawing, with its natural size.
  package let figure: Figure

  /// - Parameter words: what the file's name is made of; characters that a file name should not have become "-".
  init(_ words: [String], _ figure: Figure) {
    let name = words.joined(separator: "-").unicodeScalars.map { scalar in
      let isPlain =
        scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
      return isPlain || scalar == "." || scalar == "_" ? String(scalar) : "-"
    }.joined()
    file = name + ".svg"
    self.figure = figure
  }
}

/// All figures of a report as files of their own, for a paper or a talk. They have every epoch, where the page has a
/// choice of them, and no images: those belong to the publisher of a data set.
///
///     let figures = ReportFigures(table, from: sources)
///     try figures.write(to: "figures")
package struct ReportFigures {
  /// In the order of the page; no two have one file name.
  package let figures: [NamedFigure]

  /// Reads histories and assignments, and draws everything.
  /// - Parameters:
  ///   - table: its cells give the names and the order.
  ///   - sources: what is missing there has no figure.
  package init(_ table: ResultTable, from sources: ReportSources) {
    let figures =
      TableSection(table).figures + CurveSection(table, from: sources).figures
      + AssignmentSections(table, from: sources, drawsImages: false).figures
      + DiffSection(sources).figures
    var names: Set<String> = []
    self.figures = figures.map { figure in
      var figure = figure
      while !names.insert(figure.file).inserted { figure.file = "again-" + figure.file }
      return figure
    }
  }

  /// Writes every figure, each whole or not at all.
  /// - Parameter folder: made if it does not exist.
  /// - Throws: `FileError`.
  package func write(to folder: String) throws {
    try AtomicFile.createFolder(folder)
    for figure in figures {
      try AtomicFile.write(Data(figure.figure.file.utf8), to: "\(folder)/\(figure.file)")
    }
  }
}
