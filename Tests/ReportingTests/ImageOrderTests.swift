import Reporting
import Testing

/// The order of a run's images within their clusters.
@Suite struct ImageOrderTests {
  @Test func `Recorded confidence orders the images, whatever the seeds agree on`() {
    let order = ImageOrder(
      confidence: [0.2, 0.9, 0.5, 0.7, 1], classes: [[0, 0, 0, 0, 1], [1, 1, 0, 1, 1]], of: 0)
    #expect(order.basis == .confidence)
    #expect(order.most(2, of: [0, 1, 2, 3]) == [1, 3])
    #expect(order.least(2, of: [0, 1, 2, 3]) == [0, 2])
    // No image is both: the most typical ones come first.
    #expect(
      order.most(3, of: [0, 1, 2, 3]) == [1, 3, 2] && order.least(3, of: [0, 1, 2, 3]) == [0])
  }

  @Test func `Without a confidence the agreement of the seeds orders them`() {
    let classes: [[Int32?]] = [[4, 4, 4, nil], [4, 1, 4, nil], [4, 1, nil, nil]]
    let order = ImageOrder(confidence: nil, classes: classes, of: 0)
    #expect(order.basis == .agreement(seeds: 3))
    #expect(order.most(3, of: [0, 1, 2]) == [0, 2, 1] && order.least(1, of: [0, 1, 2]) == [1])
    // Of the second seed image 1 has another class, on which two agree.
    #expect(ImageOrder(confidence: nil, classes: classes, of: 1).most(2, of: [0, 1, 2]) == [0, 1])
  }

  @Test func `Equally typical images are at even intervals, and none is the least typical`() {
    let single = ImageOrder(confidence: nil, classes: [[0, 0, 0, 0, 0, 0]], of: 0)
    #expect(single.basis == .none)
    #expect(single.most(3, of: [0, 1, 2, 3, 4, 5]) == [0, 2, 4])
    #expect(single.least(3, of: [0, 1, 2, 3, 4, 5]).isEmpty)
    let saturated = ImageOrder(confidence: [1, 1, 1, 0.5], classes: [], of: 0)
    #expect(saturated.least(2, of: [0, 1, 2]).isEmpty)
    #expect(saturated.least(2, of: [0, 1, 2, 3]) == [3, 2])
    #expect(saturated.most(2, of: []).isEmpty)
  }
}
