import Records

/// The terms of an epoch's losses, summed over images: each over those of the steps that have it.
package struct LossSums: Codable {
  private struct Term: Codable {
    let name: String
    var sum = 0.0
    var images = 0
  }

  /// In the order in which they first came.
  private var terms: [Term] = []

  package init() {}

  /// Whether steps can have summed up to these.
  var isPossible: Bool { terms.allSatisfy { (0...1 << 50).contains($0.images) && $0.sum.isFinite } }

  /// Adds the terms of a step, which are means over so many images.
  package mutating func add(_ losses: [PartialLoss], images: Int) {
    for loss in losses {
      let index = terms.firstIndex { $0.name == loss.name } ?? terms.count
      if index == terms.count { terms.append(Term(name: loss.name)) }
      terms[index].sum += loss.value * Double(images)
      terms[index].images += images
    }
  }

  package var means: [PartialLoss] {
    terms.map { PartialLoss($0.name, $0.sum / Double($0.images)) }
  }
}
