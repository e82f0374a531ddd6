/// The duration of runs when several go on at once and each starts as soon as there is room (list
/// scheduling).
///
///     let tasks = [3.0, 2, 1].map { Schedule.Task(seconds: $0, memoryBytes: 1 << 30) }
///     Schedule(tasks, jobs: 2).seconds  // 3
package struct Schedule: Equatable, Sendable {
  /// A run as the schedule sees it.
  package struct Task: Equatable, Sendable {
    package var seconds: Double
    /// Bytes while it runs.
    package var memoryBytes: Int
    /// The task, by its place in the list, that has to have ended before; nil for none.
    package var stage: Int?

    package init(seconds: Double, memoryBytes: Int, stage: Int? = nil) {
      self.seconds = seconds
      self.memoryBytes = memoryBytes
      self.stage = stage
    }
  }

  /// From the first start to the last end.
  package let seconds: Double
  /// The most that the runs of one machine need at once.
  package let peakMemoryBytes: Int

  /// - Parameters:
  ///   - tasks: in the order in which they start.
  ///   - jobs: simultaneous runs per machine.
  ///   - machines: the number of machines that share the tasks.
  package init(_ tasks: [Task], jobs: Int, machines: Int = 1) {
    // Neighbouring places are on different machines, so that a few runs spread over all.
    let places = max(1, min(jobs * machines, tasks.count))
    var free = [Double](repeating: 0, count: places)
    var events: [(time: Double, machine: Int, bytes: Int)] = []
    var ends = [Double?](repeating: nil, count: tasks.count)
    var waiting = Array(tasks.indices)
    while !waiting.isEmpty {
      let place = free.indices.min { free[$0] < free[$1] } ?? 0
      // When each waiting task could start there; a stage that has not started itself is later still.
      let starts = waiting.map { index in
        tasks[index].stage.map { ends[$0].map { max($0, free[place]) } ?? .infinity } ?? free[place]
      }
      let next = starts.indices.min { starts[$0] < starts[$1] } ?? 0
      let index = waiting.remove(at: next)
      // Tasks that wait for each other in a circle would wait for ever.
      let start = starts[next].isFinite ? starts[next] : free[place]
      let end = start + tasks[index].seconds
      events.append((start, place % machines, tasks[index].memoryBytes))
      events.append((end, place % machines, -tasks[index].memoryBytes))
      free[place] = end
      ends[index] = end
    }
    seconds = free.max() ?? 0
    var held = [Int](repeating: 0, count: machines)
    var peak = 0
    // What ends at an instant gives its memory to what starts then.
    for event in events.sorted(by: { ($0.time, $0.bytes) < ($1.time, $1.bytes) }) {
      held[event.machine] += event.bytes
      peak = max(peak, held[event.machine])
    }
    peakMemoryBytes = peak
  }
}
