import Conformance
import Methods
import Testing

extension MethodsTests {
  @Suite struct ReadOutTests {
    @Test func `Predictions agree on the images to which they give one number`() {
      #expect(ReadOuts.agreement(of: [0, 1, 2, 2], [0, 2, 2, 2]) == 0.75)
      #expect(ReadOuts.agreement(of: [], []) == 0)
    }

    @Test func `The smallest cluster may be empty`() {
      let shares = ReadOuts.clusterShares(of: [0, 0, 0, 2], clusters: 3)
      #expect(shares.smallest == 0 && shares.largest == 0.75)
      let even = ReadOuts.clusterShares(of: [1, 0], clusters: 2)
      #expect(even.smallest == 0.5 && even.largest == 0.5)
    }

    @Test func `Read-outs as they should be are found nothing of`() throws {
      #expect(try Conformance().findings(of: ReadOutMethod<SaysWhatIs>.self).isEmpty)
    }

    @Test(
      arguments: [
        (
          ReadOutMethod<SaysTooLittle>.self, .assignments,
          "the read-out 'other' has 63 clusters for 64 images"
        ),
        (
          ReadOutMethod<SaysTooMuch>.self, .assignments,
          "cluster 2 of the read-out 'other' is outside 0 to 1"
        ),
        (
          ReadOutMethod<SaysOtherwise>.self, .assignments,
          "readOuts has other clusters than assign"
        ),
        (
          ReadOutMethod<SaysNothing>.self, .assignments,
          "its read-outs cannot be recorded: 'spread of epoch 1' is not finite"
        ),
        (
          ReadOutMethod<SaysLoss>.self, .assignments,
          "its read-outs cannot be recorded: 'red' is not a valid name of a read-out"
        ),
        (
          ReadOutMethod<SaysMoreEachTime>.self, .repeatability,
          "a second call of readOuts gives different read-outs"
        ),
        (
          ReadOutMethod<SaysWhatNoCheckpointHas>.self, .resumption,
          "interrupted after epoch 1, it ends with different read-outs"
        ),
      ] as [(any ClusteringMethod.Type, Promise, String)])
    func `Read-outs that are not as they should be are found out`(
      _ method: any ClusteringMethod.Type, _ promise: Promise, _ detail: String
    ) throws {
      let findings = try Conformance().findings(of: method, promises: [promise])
      #expect(findings.contains { $0.detail.hasPrefix(detail) }, "\(findings)")
    }
  }
}
