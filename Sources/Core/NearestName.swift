/// The candidate that a misspelt name most likely meant, or nil if none is near.
///
/// Near means an edit distance of at most a third of the longer name, and at least 2. Two neighbouring
/// letters in the wrong order are one mistake.
public func nearestName(to name: String, among candidates: [String]) -> String? {
  let nearest =
    candidates
    .map { (candidate: $0, distance: editDistance(name.lowercased(), $0.lowercased())) }
    .min { ($0.distance, $0.candidate) < ($1.distance, $1.candidate) }
  guard let nearest else { return nil }
  let allowed = max(2, max(name.count, nearest.candidate.count) / 3)
  return nearest.distance <= allowed ? nearest.candidate : nil
}

/// Optimal string alignment: Levenshtein's distance with transpositions.
public func editDistance(_ first: String, _ second: String) -> Int {
  let (first, second) = (Array(first), Array(second))
  var before: [Int] = []
  var last = Array(0...second.count)
  for i in first.indices {
    var row = [i + 1]
    for j in second.indices {
      let substitution = last[j] + (first[i] == second[j] ? 0 : 1)
      var distance = min(substitution, last[j + 1] + 1, row[j] + 1)
      if i > 0, j > 0, first[i] == second[j - 1], first[i - 1] == second[j] {
        distance = min(distance, before[j - 1] + 1)
      }
      row.append(distance)
    }
    (before, last) = (last, row)
  }
  return last[second.count]
}
