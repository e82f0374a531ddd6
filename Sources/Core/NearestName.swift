/// The candidate that a misspelt name most likely meant, or nil if none is near.
///
/// Near means an edit distance (Levenshtein) of at most a third of the longer name, and at least 2.
public func nearestName(to name: String, among candidates: [String]) -> String? {
  let nearest =
    candidates
    .map { (candidate: $0, distance: editDistance(name.lowercased(), $0.lowercased())) }
    .min { ($0.distance, $0.candidate) < ($1.distance, $1.candidate) }
  guard let nearest else { return nil }
  let allowed = max(2, max(name.count, nearest.candidate.count) / 3)
  return nearest.distance <= allowed ? nearest.candidate : nil
}

private func editDistance(_ first: String, _ second: String) -> Int {
  let second = Array(second)
  var row = Array(0...second.count)
  for (i, character) in first.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for j in second.indices {
      let substitution = diagonal + (character == second[j] ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(substitution, row[j] + 1, diagonal + 1)
    }
  }
  return row[second.count]
}
