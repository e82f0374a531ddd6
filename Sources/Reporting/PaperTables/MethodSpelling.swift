import Core

/// Tells a misspelt id of a method from the id of a method that is not here.
///
/// The literature's names are short, and many are a letter apart: DAC, DEC and DDC. So an id that is near a
/// known one is taken for a mistake, unless the file declares it, or it is short and the row's own title
/// spells it.
struct MethodSpelling {
  /// The ids of the methods that there are here.
  let known: [String]
  /// Ids that the file lists as other methods'.
  var declared: Set<String> = []

  /// An id of more letters is no acronym, and one letter off is a mistake whatever the title says.
  private static let longestAcronym = 4

  init(known: [String]) {
    self.known = known
  }

  /// The known id that was most likely meant; nil where the id is known or another method's.
  func likely(_ id: String, title: String) -> String? {
    guard !known.contains(id), !declared.contains(id),
      let nearest = nearestName(to: id, among: known)
    else { return nil }
    return isSpelt(id, by: title) && !isSlip(id, for: nearest) ? nil : nearest
  }

  private func isSpelt(_ id: String, by title: String) -> Bool {
    func letters(_ text: String) -> String {
      text.lowercased().filter { $0.isLetter || $0.isNumber }
    }
    return letters(title).hasPrefix(letters(id))
  }

  /// Whether a long id is a known one but for a single letter that is missing, doubled, changed or swapped.
  private func isSlip(_ id: String, for nearest: String) -> Bool {
    id.count > Self.longestAcronym && nearest.count >= Self.longestAcronym
      && editDistance(id, nearest) == 1
  }
}
