import Foundation
import Methods
import Testing
import Torch

extension MethodsTests {
  /// Expected values: numpy in float64, M = P**power, v = 1, then `iterations` times R = M * v,
  /// R /= R.sum(1), v *= N / K / R.sum(0); the classes are (M * v).argmax(1), the scalings
  /// log(v) - log(v).mean().
  @Suite struct Balance {
    /// Every image's largest probability is cluster 0's.
    private let skewed = Tensor(
      [
        0.7, 0.2, 0.1, 0.6, 0.3, 0.1, 0.8, 0.1, 0.1, 0.5, 0.2, 0.3, 0.9, 0.06, 0.04, 0.55, 0.25,
        0.2,
      ] as [Float], shape: [6, 3])

    private func agree(_ tensor: Tensor, _ expected: [Double]) throws -> Bool {
      try zip(tensor.floats(), expected).allSatisfy { abs(Double($0) - $1) < 2e-6 }
    }

    @Test(
      arguments: [
        (1, 3, [-1.08071021, 0.38041167, 0.70029855]),
        (1, 100, [-1.0827478, 0.38117406, 0.70157374]),
        (2, 5, [-2.17914326, 0.77005849, 1.40908477]),
        (4, 100, [-4.38894599, 1.5013477, 2.88759829]),
      ] as [(Double, Int, [Double])])
    func `Scalings are those of Sinkhorn's iterations in numpy`(
      _ power: Double, _ iterations: Int, _ expected: [Double]
    ) throws {
      let hypotheses = BalancedHypotheses(skewed, power: power, iterations: iterations)
      #expect(try agree(hypotheses.logScalings, expected))
      // As scipy's linear_sum_assignment has it for -log P and two places in each cluster.
      #expect(try hypotheses.labels.integers() == [1, 1, 0, 2, 0, 2])
    }

    /// The limit for [[a, b], [c, d]] has rows sqrt(ad) : sqrt(bc) and the reverse, thus
    /// v_0 / v_1 = sqrt(bd / ac). With 9,000 rows the matrix is longer than two blocks.
    @Test func `Scalings of two kinds of image are the closed form, over many blocks`() throws {
      let rows: [Float] = [0.9, 0.1, 0.6, 0.4]
      let many = Tensor((0..<4500).flatMap { _ in rows }, shape: [9000, 2])
      let hypotheses = BalancedHypotheses(many, iterations: 60)
      let expected = log(0.1 * 0.4 / (0.9 * 0.6)) / 4
      #expect(try agree(hypotheses.logScalings, [expected, -expected]))
      #expect(try hypotheses.labels.integers() == (0..<9000).map { Int64($0 % 2) })
    }

    @Test func `No iteration leaves the largest probabilities, and no scaling`() throws {
      let hypotheses = BalancedHypotheses(skewed, iterations: 0)
      #expect(try hypotheses.labels.integers() == [0, 0, 0, 0, 0, 0])
      #expect(try hypotheses.logScalings.floats() == [0, 0, 0])
    }

    /// 600 images of which the largest probabilities fill four of six clusters: 383, 169, 43, 5, 0, 0
    /// (numpy). Cluster j has the logit 2 sin(1.7 i (j + 1) + j) - 1.2 j.
    private func uneven() -> Tensor {
      let logits = (0..<600 * 6).map { place -> Float in
        let (i, j) = (Double(place / 6), Double(place % 6))
        let angle = 1.7 * i * (j + 1) + j
        return Float(2 * sin(angle) - 1.2 * j)
      }
      return Tensor(logits, shape: [600, 6]).softmax(along: 1)
    }

    private func sizes(_ labels: Tensor, clusters: Int) throws -> [Int] {
      try labels.oneHot(clusters).sum(along: [0]).integers().map(Int.init)
    }

    @Test func `No cluster stays empty that some images belong to more than others`() throws {
      let consensus = uneven()
      #expect(try sizes(consensus.argmax(along: 1), clusters: 6) == [383, 169, 43, 5, 0, 0])
      // numpy: 122 95 82 86 91 124, and 106 98 96 95 105 100 of the tenth power.
      for (power, slack) in [(1.0, 30), (10, 10)] {
        let found = BalancedHypotheses(consensus, power: power, iterations: 100)
        #expect(try sizes(found.labels, clusters: 6).allSatisfy { abs($0 - 100) <= slack })
      }
    }

    @Test func `A cluster as likely for all images needs a power to get any`() throws {
      let constant = Tensor(
        [
          0.6, 0.2, 0.2, 0.2, 0.6, 0.2, 0.5, 0.3, 0.2, 0.3, 0.5, 0.2, 0.55, 0.25, 0.2, 0.25, 0.55,
          0.2,
        ] as [Float], shape: [6, 3])
      let plain = BalancedHypotheses(constant, iterations: 200)
      #expect(try plain.labels.integers() == [0, 1, 0, 1, 0, 1])
      // The classes of scipy's linear_sum_assignment.
      let decided = BalancedHypotheses(constant, power: 20, iterations: 200)
      #expect(try decided.labels.integers() == [0, 1, 2, 2, 0, 1])
    }

    @Test func `A cluster without any probability stays empty, and nothing is NaN`() throws {
      let absent = Tensor([0.7, 0.3, 0, 0.8, 0.2, 0, 0, 0, 0] as [Float], shape: [3, 3])
      for power in [1.0, 25] {
        let hypotheses = BalancedHypotheses(absent, power: power, iterations: 50)
        #expect(try hypotheses.logScalings.floats().allSatisfy(\.isFinite))
        #expect(try hypotheses.labels.integers().prefix(2) == [1, 0])
      }
    }

    @Test func `Further predictions get the classes that the same images got`() throws {
      let consensus = uneven()
      let hypotheses = BalancedHypotheses(consensus, power: 3, iterations: 20)
      let again = BalancedHypotheses.labels(
        of: consensus.narrowed(0, to: 100..<200), power: 3, logScalings: hypotheses.logScalings)
      #expect(
        try again.integers() == hypotheses.labels.narrowed(0, to: 100..<200).integers())
    }

    @Test func `Hypotheses are the same for any number of threads`() throws {
      let before = Torch.threads
      defer { Torch.threads = before }
      let consensus = Tensor.concatenated([Tensor](repeating: uneven(), count: 10))
      let results = try [1, 2].map { threads in
        Torch.threads = threads
        let found = BalancedHypotheses(consensus, iterations: 30)
        return (try found.logScalings.floats(), try found.labels.integers())
      }
      #expect(results[0] == results[1])
    }
  }
}
