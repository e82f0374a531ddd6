import Domain
import Figures
import Foundation
import Records
import Reporting

/// How sentences and captions name a cell.
extension ResultCell {
  /// "SCL on CIFAR-10".
  var name: String { "\(method.title) on \(BenchmarkRegistry.current.heading(of: benchmark))" }
}

/// Which files of a run can be drawn. Where only records were kept, as in a repository, there may be none.
extension RunFolder {
  /// Whether the assignments were kept.
  var hasAssignments: Bool { FileManager.default.fileExists(atPath: assignments) }
}

/// Drawings in the text of the page.
extension Markup {
  /// A drawing with its caption.
  /// - Parameter note: stands behind the caption in small letters.
  static func figure(_ caption: String, note: String? = nil, _ drawing: Markup) -> Markup {
    var captions = [Markup.text(caption)]
    if let note {
      captions += [.text(" "), .element("span", ["class": "quiet"], [.text(note)])]
    }
    return .element("figure", [:], [.element("figcaption", [:], captions), drawing])
  }
}
