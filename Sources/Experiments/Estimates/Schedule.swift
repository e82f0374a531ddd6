/// How long runs take when several go on at once, each starting in its turn as soon as there is room
/// (list scheduling).
public struct Schedule: Equatable, Sendable {
  /// A run as the schedule sees it.
  public struct Task: Equatable, Sendable {
    public var seconds: Double
    public var memoryBytes: Int

    public init(seconds: Double, memoryBytes: Int) {
      self.seconds = seconds
      self.memoryBytes = memoryBytes
    }
  }

  /// From the first start to the last end.
  public let seconds: Double
  /// The most that the runs of one machine need at once.
  public let peakMemoryBytes: Int

  /// - Parameters:
  ///   - tasks: in the order in which they start.
  ///   - jobs: how many go on at once on a machine.
  ///   - machines: how many machines share the tasks.
  public init(_ tasks: [Task], jobs: Int, machines: Int = 1) {
    // Neighbouring places are on different machines, so that a few runs spread over all.
    let places = max(1, min(jobs * machines, tasks.count))
    var free = [Double](repeating: 0, count: places)
    var events: [(time: Double, machine: Int, bytes: Int)] = []
    for task in tasks {
      let place = free.indices.min { free[$0] < free[$1] } ?? 0
      let (start, end) = (free[place], free[place] + task.seconds)
      events.append((start, place % machines, task.memoryBytes))
      events.append((end, place % machines, -task.memoryBytes))
      free[place] = end
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
