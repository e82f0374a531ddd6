import Core
import Foundation
import Methods
import Testing
import Torch

extension MethodsTests {
  @Suite struct Losses {
    private let batch = 5
    private let images = 12
    private let clusters = 3
    private let dimensions = 4
    private let temperature = 0.2
    private let features: [[Double]]
    private let memory: [[Double]]
    private let hypotheses: [Int]
    private let index: [Int]

    init() {
      var stream = RandomStream(seed: 5, purpose: .method)
      func unitVectors(_ count: Int) -> [[Double]] {
        (0..<count).map { _ in
          // Rounded to float32, as the tensors hold them.
          let values = (0..<4).map { _ in Double(Float(stream.normal())) }
          let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
          return values.map { Double(Float($0 / length)) }
        }
      }
      features = unitVectors(5)
      memory = unitVectors(12)
      hypotheses = (0..<12).map { $0 * $0 % 3 == 0 ? 2 : $0 % 2 }
      index = [3, 0, 7, 8, 11]
    }

    private func tensor(_ rows: [[Double]]) throws -> Tensor {
      Tensor(rows.joined().map { Float($0) }, shape: [rows.count, rows[0].count])
    }

    private func affinities(indexed: Bool = true) throws -> ClusterAffinities {
      try ClusterAffinities(
        tensor(features), memory: clustered(), positions: indexed ? index : nil,
        temperature: temperature)
    }

    private func clustered() throws -> ClusteredMemory {
      try ClusteredMemory(tensor(memory), hypotheses: hypotheses, clusters: clusters)
    }

    /// exp(x_i . m_j / tau)
    private func similarity(_ i: Int, _ j: Int) -> Double {
      exp(zip(features[i], memory[j]).reduce(0) { $0 + $1.0 * $1.1 } / temperature)
    }

    /// The prediction by visual similarity, written out over all pairs.
    private func prediction(perMember: Bool, leavingOut: Bool = true) -> [Double] {
      (0..<batch).flatMap { i -> [Double] in
        let scores = (0..<clusters).map { cluster -> Double in
          let members = (0..<images).filter {
            hypotheses[$0] == cluster && !(leavingOut && $0 == index[i])
          }
          let sum = members.reduce(0) { $0 + similarity(i, $1) }
          return perMember ? sum / Double(max(1, members.count)) : sum
        }
        let total = scores.reduce(0, +)
        return scores.map { $0 / total }
      }
    }

    private func agree(_ tensor: Tensor, _ expected: [Double]) throws -> Bool {
      let values = try tensor.detached().floats()
      return values.count == expected.count
        && zip(values, expected).allSatisfy { abs(Double($0) - $1) < 1e-5 }
    }

    @Test(arguments: [false, true])
    func `The prediction by similarity is the sum or mean over each cluster's other members`(
      _ perMember: Bool
    ) throws {
      let predicted = try affinities().prediction(perMember: perMember)
      #expect(try agree(predicted, prediction(perMember: perMember)))
    }

    @Test(arguments: [false, true])
    func `An image outside the memory is compared with all members`(_ perMember: Bool) throws {
      let predicted = try affinities(indexed: false).prediction(perMember: perMember)
      #expect(try agree(predicted, prediction(perMember: perMember, leavingOut: false)))
    }

    @Test func `The instance form leaves cluster mates out of the negatives`() throws {
      let losses = (0..<batch).map { i in
        let own = similarity(i, index[i])
        let others = (0..<images).filter { hypotheses[$0] != hypotheses[index[i]] }
        return -log(own / (own + others.reduce(0) { $0 + similarity(i, $1) }))
      }
      let expected = losses.reduce(0, +) / Double(batch)
      #expect(try agree(affinities().instanceLoss(), [expected]))
    }

    @Test func `The cluster form pulls all cluster mates together`() throws {
      let losses = (0..<batch).map { i in
        let all = (0..<images).reduce(0) { $0 + similarity(i, $1) }
        let mates = (0..<images).filter { hypotheses[$0] == hypotheses[index[i]] }
        return -log(mates.reduce(0) { $0 + similarity(i, $1) } / all)
      }
      let expected = losses.reduce(0, +) / Double(batch)
      #expect(try agree(affinities().clusterLoss(), [expected]))
    }

    @Test func `Affinities stay finite at a temperature of a hundredth`() throws {
      let sharp = try ClusterAffinities(
        tensor(features), memory: clustered(), positions: index, temperature: 0.01)
      for tensor in [
        sharp.prediction(perMember: true), sharp.instanceLoss(), sharp.clusterLoss(),
      ] {
        #expect(try tensor.floats().allSatisfy { $0.isFinite })
      }
    }

    @Test func `Instance discrimination is the cross-entropy of the image's own entry`() throws {
      let losses = (0..<batch).map { i in
        -log(similarity(i, index[i]) / (0..<images).reduce(0) { $0 + similarity(i, $1) })
      }
      let loss = try instanceDiscriminationLoss(
        tensor(features), memory: tensor(memory), index: Tensor(index), temperature: temperature)
      #expect(try agree(loss, [losses.reduce(0, +) / Double(batch)]))
    }

    @Test func `The balance is 0 at even clusters and log K at a single one`() throws {
      #expect(abs(try balanceLoss(tensor([[0.5, 0.5], [0.5, 0.5]])).scalar()) < 1e-6)
      #expect(abs(try balanceLoss(tensor([[1, 0], [0, 1]])).scalar()) < 1e-6, "even on average")
      #expect(abs(try balanceLoss(tensor([[1, 0], [1, 0]])).scalar() - log(2)) < 1e-6)
      // The mean is (3/4, 1/4): log 2 + 3/4 log 3/4 + 1/4 log 1/4 = 0.130812.
      #expect(abs(try balanceLoss(tensor([[1, 0], [0.5, 0.5]])).scalar() - 0.130812) < 1e-6)
    }

    @Test func `Sure and equal views have the smallest partition uncertainty`() throws {
      // Columns at right angles: the cosines are the identity, -log(e / (e + 1)) = 0.313262.
      let sure = try tensor([[1, 0], [0, 1], [1, 0]])
      #expect(abs(try partitionUncertainty(sure, sure).scalar() - 0.313262) < 1e-5)
      // Columns that are all alike: every cosine is 1, log 2.
      let unsure = try tensor([[0.5, 0.5], [0.5, 0.5]])
      #expect(abs(try partitionUncertainty(unsure, unsure).scalar() - log(2)) < 1e-6)
      // Views that contradict each other: -log(1 / (1 + e)) = 1.313262.
      let swapped = try tensor([[0, 1], [1, 0], [0, 1]])
      #expect(abs(try partitionUncertainty(sure, swapped).scalar() - 1.313262) < 1e-5)
    }

    @Test func `Partition uncertainty is numpy's, and does not know clusters by their numbers`()
      throws
    {
      let a = try tensor([[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.3, 0.3, 0.4]])
      let b = try tensor([[0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0.1, 0.2, 0.7]])
      #expect(abs(try partitionUncertainty(a, b).scalar() - 0.9016111) < 1e-6)
      #expect(abs(try partitionUncertainty(b, a).scalar() - 0.9005060) < 1e-6)
      let cycled = try tensor([[0.2, 0.1, 0.7], [0.6, 0.3, 0.1], [0.3, 0.4, 0.3]])
      let same = try partitionUncertainty(a, a).scalar()
      #expect(abs(try partitionUncertainty(cycled, cycled).scalar() - same) < 1e-6)
    }
  }
}
