import Experiments
import Testing

@Suite struct CardPoolTests {
  @Test(arguments: [
    (nil, 8, 8), (nil, 0, 0), ("2,5", 8, 2), ("", 8, 0), ("-1", 8, 0), ("0,-1,3", 8, 1),
    ("GPU-1b2c, MIG-77", 1, 2),
  ])
  func `The cards are those that the environment names, or all`(
    _ visible: String?, _ installed: Int, _ count: Int
  ) {
    let environment = visible.map { ["CUDA_VISIBLE_DEVICES": $0] } ?? [:]
    #expect(CardPool(environment: environment, installed: installed).count == count)
  }

  @Test func `Each run has a card of its own while there are any, then shares the least used`() {
    var cards = CardPool(environment: ["CUDA_VISIBLE_DEVICES": "2,5"], installed: 8)
    #expect([0, 1, 2].map { cards.take(for: $0) } == ["2", "5", "2"])
    cards.giveBack(from: 0)
    cards.giveBack(from: 2)
    #expect([3, 4].map { cards.take(for: $0) } == ["2", "2"])
    cards.giveBack(from: 1)
    #expect(cards.take(for: 5) == "5")
  }

  @Test func `Without cards there is none to name`() {
    var cards = CardPool(environment: [:], installed: 0)
    #expect(cards.take(for: 0) == nil)
  }
}
