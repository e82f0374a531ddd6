/// The order in which the runs of a sweep start, as far as places and memory allow.
///
///     var queue = SweepQueue(jobs: 2, groups: [0, 0, 1], memory: [1 << 30, 2 << 30, nil], budget: nil)
///     queue.next()  // 0
///     queue.next()  // 1
///     queue.end(0)
///     queue.next()  // 2
///
/// A run whose memory does not fit waits. Only runs of its own seed may overtake it meanwhile, so
/// it waits no longer than these take.
package struct SweepQueue {
  /// A run in the queue.
  private struct Entry {
    let index: Int
    /// The order of seeds; runs of one group may pass each other.
    let group: Int
    /// The run that it starts from.
    let stage: Int?
    var tries = 0
    /// Bytes that it is expected to take.
    var memory: Int
    /// Whether it runs only while nothing else does.
    var alone = false

    /// Smaller goes first.
    var rank: (Int, Int, Int, Int) { (alone ? 1 : 0, group, tries, index) }
  }

  /// The number of simultaneous runs.
  private let jobs: Int
  /// Bytes that all runs at a time may take.
  private let budget: Int
  /// By rank.
  private var waiting: [Entry] = []
  private var running: [Int: Entry] = [:]
  /// Runs that other processes have.
  private var elsewhere: [Int: Entry] = [:]

  /// - Parameters:
  ///   - groups: for each run, in order, its group; not decreasing.
  ///   - stages: for each run the one whose end it has to wait for.
  ///   - memory: for each run the bytes that it is expected to take; a run of which nothing is known
  ///     counts for its place's share of the budget.
  ///   - budget: nil where there is no limit.
  package init(
    jobs: Int, groups: [Int], stages: [Int?]? = nil, memory: [Int?], budget: Int?
  ) {
    self.jobs = max(1, jobs)
    let budget = budget ?? .max
    self.budget = budget
    waiting = zip(groups, memory).enumerated().map { index, known in
      let memory = known.1 ?? budget / max(1, jobs)
      return Entry(index: index, group: known.0, stage: stages?[index], memory: memory)
    }
  }

  /// Nothing waits, runs or is looked after elsewhere.
  package var isEmpty: Bool { waiting.isEmpty && running.isEmpty && elsewhere.isEmpty }

  /// The runs that other processes have, in order.
  package var runsElsewhere: [Int] { elsewhere.keys.sorted() }

  /// Whether the run is expected to take more than all may take together.
  package func exceedsBudget(_ index: Int) -> Bool {
    (running[index] ?? waiting.first { $0.index == index }).map { $0.memory > budget } ?? false
  }

  /// The run to start now, which then counts as running; nil where none fits.
  package mutating func next() -> Int? {
    guard running.count < jobs, !running.values.contains(where: { $0.alone }) else { return nil }
    // What waits for another run holds up none.
    let ready = waiting.indices.filter { isReady(waiting[$0]) }
    guard let first = ready.first.map({ waiting[$0] }) else { return nil }
    let candidates = ready.prefix {
      waiting[$0].group == first.group && waiting[$0].alone == first.alone
    }
    guard let position = candidates.first(where: { fits(waiting[$0]) }) else { return nil }
    let entry = waiting.remove(at: position)
    running[entry.index] = entry
    return entry.index
  }

  /// The run's process has ended, and no other is to follow.
  package mutating func end(_ index: Int) {
    running[index] = nil
    elsewhere[index] = nil
  }

  /// Another process has the run.
  package mutating func markHeldElsewhere(_ index: Int) {
    elsewhere[index] = running.removeValue(forKey: index)
  }

  /// The run waits again, at its place.
  package mutating func takeBack(_ index: Int) {
    guard let entry = elsewhere.removeValue(forKey: index) else { return }
    insert(entry)
  }

  /// The run waits for another attempt, behind those of its seed that had none yet.
  /// - Parameter alone: behind all others, and then with nothing beside it.
  package mutating func retry(_ index: Int, alone: Bool) {
    guard var entry = running.removeValue(forKey: index) else { return }
    entry.tries += 1
    entry.alone = entry.alone || alone
    insert(entry)
  }

  /// Puts a run at its rank among the waiting ones.
  private mutating func insert(_ entry: Entry) {
    let position = waiting.firstIndex { entry.rank < $0.rank } ?? waiting.endIndex
    waiting.insert(entry, at: position)
  }

  /// Whether the run that it starts from has ended, in whatever way.
  private func isReady(_ entry: Entry) -> Bool {
    guard let stage = entry.stage else { return true }
    return running[stage] == nil && elsewhere[stage] == nil
      && !waiting.contains { $0.index == stage }
  }

  /// Whether the run's memory fits beside the running ones. A run that exceeds the budget fits
  /// alone.
  private func fits(_ entry: Entry) -> Bool {
    if running.isEmpty { return true }
    if entry.alone || entry.memory > budget { return false }
    let used = running.values.reduce(0.0) { $0 + Double($1.memory) }
    return used + Double(entry.memory) <= Double(budget)
  }
}

extension SweepQueue {
  /// The order in which runs are taken: that of the plan, where those of a seed of which the time is
  /// known change places among themselves, short before long.
  /// - Returns: positions in `runs`.
  package static func order(_ seeds: [UInt64], seconds: [Double?]) -> [Int] {
    var order = Array(seeds.indices)
    var start = 0
    while start < seeds.count {
      let end = seeds[start...].firstIndex { $0 != seeds[start] } ?? seeds.count
      let known = (start..<end).filter { seconds[$0] != nil }
      let sorted = known.sorted { (seconds[$0] ?? 0, $0) < (seconds[$1] ?? 0, $1) }
      for (place, run) in zip(known, sorted) { order[place] = run }
      start = end
    }
    return order
  }
}
