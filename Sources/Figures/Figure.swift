/// A finished drawing: a size in pixels, a title and shapes.
///
/// The same figure is put into a page, where the page's style sheet colours it, and into a file of its own, which
/// brings the style sheet along. Both are readable in light and dark.
///
///     let figure = SizeBars(title: "Cluster sizes", sizes: [[30, 20, 10]]).figure
///     try AtomicFile.write(Data(figure.file.utf8), to: "sizes.svg")
package struct Figure: Equatable, Sendable {
  /// What a reader who does not see it is told.
  package let title: String
  /// Width in pixels at its natural size.
  package let width: Double
  /// Height in pixels at its natural size.
  package let height: Double
  /// The shapes.
  let content: Markup

  /// - Parameters:
  ///   - title: of any origin; it is escaped.
  ///   - width: in pixels.
  ///   - height: in pixels.
  ///   - content: shapes within 0..<width and 0..<height.
  init(title: String, width: Double, height: Double, _ content: [Markup]) {
    self.title = title
    self.width = width
    self.height = height
    self.content = .group(content)
  }

  /// The element `<svg>` for a page that has `FigureStyle.sheet`.
  package var inline: Markup {
    .element(
      "svg",
      [
        "class": "figure", "role": "img", "aria-label": title, "width": Coordinate.text(width),
        "height": Coordinate.text(height), "viewBox": viewBox,
      ], [content])
  }

  /// A whole SVG file that ends with a line break.
  package var file: String {
    let svg = Markup.element(
      "svg",
      [
        "xmlns": "http://www.w3.org/2000/svg", "class": "figure", "role": "img",
        "aria-label": title, "width": Coordinate.text(width), "height": Coordinate.text(height),
        "viewBox": viewBox,
      ],
      [
        .element("title", [:], [.text(title)]),
        .element("style", [:], [FigureStyle.sheet]),
        .shape("rect", ["class": "paper", "width": "100%", "height": "100%"]), content,
      ])
    return svg.source + "\n"
  }

  /// Lets a page scale the figure as a whole.
  private var viewBox: String { "0 0 \(Coordinate.text(width)) \(Coordinate.text(height))" }
}

/// Text of drawings. Its width has to be estimated, since no font is at hand where a figure is made.
enum FigureText {
  /// The mean width of a character at 11 pixels, rounded up: of common sans-serif fonts.
  private static let characterWidth = 6.2

  /// About how many pixels a text takes.
  static func width(_ text: String) -> Double { Double(text.count) * characterWidth }

  /// The text, cut to `limit` pixels with an ellipsis.
  static func fitted(_ text: String, to limit: Double) -> String {
    let most = max(Int(limit / characterWidth), 2)
    return text.count <= most ? text : text.prefix(most - 1) + "…"
  }

  /// The element `<text>` at a point of its baseline.
  /// - Parameters:
  ///   - text: of any origin.
  ///   - classes: of the style sheet: "label end".
  static func element(
    _ text: String, x: Double, y: Double, _ classes: String? = nil
  ) -> Markup {
    .element(
      "text", ["class": classes, "x": Coordinate.text(x), "y": Coordinate.text(y)], [.text(text)])
  }
}
