import Core
import Testing

/// Hypotheses from true classes of which a share is wrong: what a cluster-aware loss can gain at most, and how
/// that falls off as hypotheses get worse. Only tests have it: methods cannot reach labels.
///
/// Exactly the share of the images, rounded, gets another class, all others equally likely. The images with a
/// wrong class at one share are among those at every larger share of the same seed, and have the same one.
///
/// - Parameters:
///   - labels: true classes, each in 0..<classes.
///   - classes: K; with one class nothing is wrong.
///   - noise: the share of wrong classes, from 0 to 1.
func noisyHypotheses(_ labels: [Int], classes: Int, noise: Double, seed: UInt64) -> [Int] {
  var hypotheses = labels
  guard classes > 1 else { return hypotheses }
  var order = RandomStream(seed: seed, purpose: .method)
  let wrong = Int((min(max(noise, 0), 1) * Double(labels.count)).rounded())
  for image in order.permutation(of: labels.count).prefix(wrong) {
    var draw = RandomStream(seed: seed, purpose: .method, epoch: 1, item: image)
    hypotheses[image] = (labels[image] + 1 + draw.integer(below: classes - 1)) % classes
  }
  return hypotheses
}

extension MethodsTests {
  @Suite struct Noise {
    private let labels = (0..<1000).map { $0 * 7 % 10 }

    private func wrong(_ noise: Double, seed: UInt64 = 0) -> Set<Int> {
      let hypotheses = noisyHypotheses(labels, classes: 10, noise: noise, seed: seed)
      return Set(labels.indices.filter { hypotheses[$0] != labels[$0] })
    }

    @Test(arguments: [0, 0.2, 0.5, 1])
    func `Exactly the share of the hypotheses is wrong`(_ noise: Double) {
      #expect(Double(wrong(noise).count) == noise * 1000)
    }

    @Test func `Less noise is part of more noise, and another seed is another part`() {
      #expect(wrong(0.2).isSubset(of: wrong(0.5)))
      #expect(wrong(0.2) != wrong(0.2, seed: 1))
      let (less, more) = (
        noisyHypotheses(labels, classes: 10, noise: 0.2, seed: 0),
        noisyHypotheses(labels, classes: 10, noise: 0.5, seed: 0)
      )
      #expect(wrong(0.2).allSatisfy { less[$0] == more[$0] })
    }

    @Test func `Wrong classes are all others, about as often`() {
      // 100 images of class 0, each with one of nine others: mean 11.1, standard deviation 3.1.
      let hypotheses = noisyHypotheses(labels, classes: 10, noise: 1, seed: 0)
      let found = labels.indices.filter { labels[$0] == 0 }.map { hypotheses[$0] }
      for other in 1..<10 { #expect((1...25).contains(found.filter { $0 == other }.count)) }
      #expect(!found.contains(0))
    }
  }
}
