import Core
import Testing

@Suite struct RandomStreamTests {
  /// The vectors that Random123 publishes in `kat_vectors` for philox4x32 with ten rounds.
  @Test(arguments: [
    (
      counter: [0, 0, 0, 0] as [UInt32], key: [0, 0] as [UInt32],
      expected: [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8] as [UInt32]
    ),
    (
      [0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff], [0xffff_ffff, 0xffff_ffff],
      [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
    ),
    (
      [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0],
      [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
    ),
  ])
  func `Philox4x32-10 gives Random123's known answers`(
    counter: [UInt32], key: [UInt32], expected: [UInt32]
  ) {
    let words = RandomStream.philox(
      counter: (counter[0], counter[1], counter[2], counter[3]), key: (key[0], key[1]))
    #expect([words.0, words.1, words.2, words.3] == expected)
  }

  @Test func `A stream hands out its blocks in order, low word first`() {
    var stream = RandomStream(seed: 7, purpose: .shuffle, epoch: 2, item: 3, view: 1)
    for block: UInt32 in 0..<2 {
      let words = RandomStream.philox(
        counter: (block, RandomPurpose.shuffle.rawValue | 1 << 16, 2, 3), key: (7, 0))
      #expect(stream.next() == UInt64(words.0) | UInt64(words.1) << 32)
      #expect(stream.next() == UInt64(words.2) | UInt64(words.3) << 32)
    }
  }

  @Test func `Streams of different coordinates differ, equal ones are equal`() {
    func first(
      _ seed: UInt64, _ purpose: RandomPurpose, _ epoch: Int, _ item: Int, _ view: Int
    ) -> UInt64 {
      var stream = RandomStream(
        seed: seed, purpose: purpose, epoch: epoch, item: item, view: view)
      return stream.next()
    }
    let draws = [
      first(1, .shuffle, 0, 0, 0), first(2, .shuffle, 0, 0, 0), first(1 << 32, .shuffle, 0, 0, 0),
      first(1, .weights, 0, 0, 0), first(1, .shuffle, 1, 0, 0), first(1, .shuffle, 0, 1, 0),
      first(1, .shuffle, 0, 0, 1),
    ]
    #expect(Set(draws).count == draws.count)
    #expect(first(1, .shuffle, 5, 6, 7) == first(1, .shuffle, 5, 6, 7))
  }

  @Test func `Uniform numbers fill [0, 1) with the mean and variance of the uniform distribution`()
  {
    var stream = RandomStream(seed: 0, purpose: .method)
    let draws = (0..<100_000).map { _ in stream.uniform() }
    let mean = draws.reduce(0, +) / 100_000
    let variance = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 100_000
    #expect(draws.allSatisfy { 0 <= $0 && $0 < 1 })
    // Five standard errors: 5 · sqrt(1/12 / 100,000) and 5 · sqrt(1/180 / 100,000).
    #expect(abs(mean - 0.5) < 0.0046)
    #expect(abs(variance - 1.0 / 12) < 0.0012)
  }

  @Test func `Normal numbers have mean 0, variance 1 and fourth moment 3`() {
    var stream = RandomStream(seed: 3, purpose: .weights)
    let draws = (0..<100_000).map { _ in stream.normal() }
    func moment(_ order: Int) -> Double {
      draws.reduce(0) { sum, draw in sum + (0..<order).reduce(1.0) { power, _ in power * draw } }
        / 100_000
    }
    // Five standard errors: sqrt(1), sqrt(2) and sqrt(96), each over sqrt(100,000).
    #expect(abs(moment(1)) < 0.016)
    #expect(abs(moment(2) - 1) < 0.023)
    #expect(abs(moment(4) - 3) < 0.16)
  }

  @Test(arguments: [1, 2, 7, 1000])
  func `A permutation holds every index once`(count: Int) {
    var stream = RandomStream(seed: 5, purpose: .shuffle)
    #expect(stream.permutation(of: count).sorted() == Array(0..<count))
  }

  @Test func `Integers below a bound are equally frequent`() {
    var stream = RandomStream(seed: 11, purpose: .shuffle)
    var counts = [Int](repeating: 0, count: 6)
    for _ in 0..<60_000 { counts[stream.integer(below: 6)] += 1 }
    // Five standard deviations of a binomial: 5 · sqrt(60,000 · 1/6 · 5/6).
    #expect(counts.allSatisfy { abs($0 - 10_000) < 457 })
  }
}
