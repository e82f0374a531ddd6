import Experiments
import Testing

@Suite struct ScheduleTests {
  private func tasks(_ seconds: Double..., memory: [Int] = []) -> [Schedule.Task] {
    seconds.enumerated().map { index, seconds in
      Schedule.Task(
        seconds: seconds, memoryBytes: index < memory.count ? memory[index] : 0)
    }
  }

  @Test func `Runs start in their order where there is room first`() {
    // Two places: 3 | 2, then 2 from second 2 on, then 1 from second 3 on.
    let schedule = Schedule(tasks(3, 2, 2, 1, memory: [10, 20, 30, 40]), jobs: 2)
    #expect(schedule.seconds == 4)
    // From second 3 on: the third and the fourth.
    #expect(schedule.peakMemoryBytes == 70)
  }

  @Test func `One at a time takes the sum, and as many places as runs the longest`() {
    let list = tasks(3, 2, 2, 1)
    #expect(Schedule(list, jobs: 1).seconds == 8)
    #expect(Schedule(list, jobs: 4).seconds == 3)
    #expect(Schedule(list, jobs: 100, machines: 100).seconds == 3)
    #expect(Schedule([], jobs: 3) == Schedule(tasks(0), jobs: 1))
  }

  @Test func `Two machines halve many equal runs, and each needs its own memory`() {
    let runs = (0..<8).map { _ in Schedule.Task(seconds: 5, memoryBytes: 100) }
    let one = Schedule(runs, jobs: 2)
    let two = Schedule(runs, jobs: 2, machines: 2)
    #expect(one.seconds == 20 && two.seconds == 10)
    #expect(one.peakMemoryBytes == 200 && two.peakMemoryBytes == 200)
    // Fewer runs than places are spread out.
    #expect(Schedule(Array(runs.prefix(2)), jobs: 2, machines: 2).peakMemoryBytes == 100)
  }

  @Test func `A run waits for the one that it starts from, and lets others pass`() {
    let stage = Schedule.Task(seconds: 4, memoryBytes: 0)
    let after = Schedule.Task(seconds: 1, memoryBytes: 0, stage: 0)
    let other = Schedule.Task(seconds: 3, memoryBytes: 0)
    // 0 to 4 the stage, beside it the other, then what waited.
    #expect(Schedule([stage, after, other], jobs: 2).seconds == 5)
    #expect(Schedule([stage, after], jobs: 2).seconds == 5)
  }
}
