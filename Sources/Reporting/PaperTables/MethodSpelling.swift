import Core

/// Tells a misspelt method id from the id of a method that this program does not have.
///
/// Names in the literature are short, and many differ in one letter: DAC, DEC, DDC. An id close to
/// a known one counts as misspelt, with two exceptions: the file declares it in a table `other
/// method`, or the id is short and spells the row's own title.
struct MethodSpelling {
  /// The ids of this program's methods.
  let known: [String]
  /// Ids of other methods that the file declares.
  var declared: Set<String> = []

  /// Longer ids are not acronyms. If they differ from a known id in one letter, they are mistakes
  /// whatever the title is.
  private static let longestAcronym = 4

  init(known: [String]) {
    self.known = known
  }

  /// The known id that was probably meant.
  /// - Parameters:
  ///   - id: of the row.
  ///   - title: of the row.
  /// - Returns: nil if the id is known or belongs to another method.
  func likely(_ id: String, title: String) -> String? {
    guard !known.contains(id), !declared.contains(id),
      let nearest = nearestName(to: id, among: known)
    else { return nil }
    return isSpelt(id, by: title) && !isSlip(id, for: nearest) ? nil : nearest
  }

  /// Whether the title begins with the id's letters and digits: `dac` and "DAC", `imc-swav` and
  /// "IMC-SwAV".
  private func isSpelt(_ id: String, by title: String) -> Bool {
    func letters(_ text: String) -> String {
      text.lowercased().filter { $0.isLetter || $0.isNumber }
    }
    return letters(title).hasPrefix(letters(id))
  }

  /// Whether a long id differs from a known one by a single edit.
  private func isSlip(_ id: String, for nearest: String) -> Bool {
    id.count > Self.longestAcronym && nearest.count >= Self.longestAcronym
      && editDistance(id, nearest) == 1
  }
}
