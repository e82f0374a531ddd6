import Experiments
import Testing

@Suite struct SweepQueueTests {
  /// Starts what can be started.
  private func started(_ queue: inout SweepQueue) -> [Int] {
    var runs: [Int] = []
    while let next = queue.next() { runs.append(next) }
    return runs
  }

  @Test func `As many runs go on as there are places, in their order`() {
    var queue = SweepQueue(
      jobs: 2, groups: [0, 0, 0, 1], memory: [nil, nil, nil, nil], budget: 100)
    #expect(started(&queue) == [0, 1])
    queue.end(1)
    #expect(started(&queue) == [2])
    queue.end(0)
    #expect(started(&queue) == [3])
    queue.end(2)
    #expect(!queue.isEmpty)
    queue.end(3)
    #expect(queue.isEmpty)
  }

  @Test func `Runs that go on together stay within the memory`() {
    var queue = SweepQueue(
      jobs: 8, groups: [0, 0, 0, 0], memory: [40, 40, 40, 20], budget: 100)
    // The third does not fit beside the first two, the fourth does.
    #expect(started(&queue) == [0, 1, 3])
    queue.end(3)
    #expect(started(&queue) == [])
    queue.end(0)
    #expect(started(&queue) == [2])
  }

  @Test func `A run that waits for memory is not passed by those of the next seed`() {
    var queue = SweepQueue(
      jobs: 8, groups: [0, 0, 1, 1], memory: [60, 60, 10, 10], budget: 100)
    #expect(started(&queue) == [0])
    queue.end(0)
    #expect(started(&queue) == [1, 2, 3])
  }

  @Test func `A run larger than the memory goes on with nothing beside it`() {
    var queue = SweepQueue(jobs: 8, groups: [0, 0, 0], memory: [300, 10, 10], budget: 100)
    #expect(started(&queue) == [0])
    #expect(queue.exceedsBudget(0))
    queue.end(0)
    #expect(started(&queue) == [1, 2])
    #expect(!queue.exceedsBudget(1))
  }

  @Test func `Runs of which nothing is known share the memory by the places`() {
    var queue = SweepQueue(
      jobs: 3, groups: [0, 0, 0, 0], memory: [50, nil, nil, nil], budget: 99)
    // 50 and 33 of 99: another 33 do not fit.
    #expect(started(&queue) == [0, 1])
  }

  @Test func `Another attempt comes after the first attempts of its seed`() {
    var queue = SweepQueue(
      jobs: 1, groups: [0, 0, 1], memory: [nil, nil, nil], budget: nil)
    #expect(started(&queue) == [0])
    queue.retry(0, alone: false)
    #expect(started(&queue) == [1])
    queue.end(1)
    #expect(started(&queue) == [0])
    queue.end(0)
    #expect(started(&queue) == [2])
  }

  @Test func `A run that ran out of memory is tried again after all others, alone`() {
    var queue = SweepQueue(
      jobs: 2, groups: [0, 0, 1, 1], memory: [1, 1, 1, 1], budget: 100)
    #expect(started(&queue) == [0, 1])
    queue.retry(0, alone: true)
    #expect(started(&queue) == [2])
    queue.end(1)
    #expect(started(&queue) == [3])
    queue.end(2)
    #expect(started(&queue) == [])
    queue.end(3)
    #expect(started(&queue) == [0])
  }

  @Test func `A run that starts from another waits for its end, and holds up none`() {
    var queue = SweepQueue(
      jobs: 3, groups: [0, 0, 1], stages: [nil, 0, nil], memory: [nil, nil, nil], budget: nil)
    #expect(started(&queue) == [0, 2])
    queue.markHeldElsewhere(0)
    #expect(started(&queue) == [])
    queue.takeBack(0)
    #expect(started(&queue) == [0])
    queue.end(0)
    #expect(started(&queue) == [1])
  }

  @Test func `A run that another process has takes no place, and comes back to its own`() {
    var queue = SweepQueue(
      jobs: 1, groups: [0, 0, 0], memory: [nil, nil, nil], budget: nil)
    #expect(queue.next() == 0)
    queue.markHeldElsewhere(0)
    #expect(queue.next() == 1)
    #expect(queue.runsElsewhere == [0])
    queue.takeBack(0)
    queue.end(1)
    #expect(queue.next() == 0)
  }

  @Test func `Within a seed, runs whose time is known change places among themselves`() {
    let order = SweepQueue.order(
      [0, 0, 0, 0, 1, 1], seconds: [9, nil, 3, 5, nil, 1])
    #expect(order == [2, 1, 3, 0, 4, 5])
    #expect(SweepQueue.order([], seconds: []) == [])
  }
}
