import Foundation

/// The GPUs of a machine, shared out among processes through `CUDA_VISIBLE_DEVICES`.
///
///     var cards = CardPool(environment: [:], installed: 2)
///     cards.take(for: 0)  // "0"
///     cards.take(for: 1)  // "1"
///     cards.giveBack(from: 0)
package struct CardPool: Sendable {
  /// As CUDA takes them: numbers, or identifiers ("GPU-...", "MIG-...").
  private let cards: [String]
  /// By the number of the run that has it.
  private var taken: [Int: String] = [:]

  /// - Parameters:
  ///   - environment: this process's. A `CUDA_VISIBLE_DEVICES` in it says which cards there are.
  ///   - installed: the machine's cards where the environment is silent.
  package init(environment: [String: String], installed: Int) {
    guard let visible = environment["CUDA_VISIBLE_DEVICES"] else {
      cards = (0..<installed).map(String.init)
      return
    }
    // As CUDA reads it, up to the first that cannot be one: "-1" and "" stand for none.
    cards = visible.split(separator: ",", omittingEmptySubsequences: false)
      .map { $0.trimmingCharacters(in: .whitespaces) }
      .prefix { !$0.isEmpty && !$0.hasPrefix("-") }.map { $0 }
  }

  /// Those that this process may use.
  package static var ofThisMachine: CardPool {
    CardPool(
      environment: ProcessInfo.processInfo.environment, installed: Machine.installedCards)
  }

  /// The number of GPUs.
  package var count: Int { cards.count }

  /// The card that the fewest runs have, of equal ones the first; nil where there is no choice.
  package mutating func take(for run: Int) -> String? {
    let users = Dictionary(grouping: taken.values) { $0 }.mapValues(\.count)
    let card = cards.min { users[$0, default: 0] < users[$1, default: 0] }
    taken[run] = card
    return card
  }

  /// Returns the GPU of a run that has ended.
  package mutating func giveBack(from run: Int) {
    taken[run] = nil
  }
}
