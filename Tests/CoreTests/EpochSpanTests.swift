import Core
import Testing

@Suite struct EpochSpanTests {
  private struct Settings: Configurable {
    var warmup: EpochSpan = 0.2
    static let schema = SettingsSchema<Self>([.span("warmup", \.warmup, upTo: 100, "a warm-up")])
  }

  @Test(
    arguments: [
      (0, .epochs(0)), (7, .epochs(7)), (1.0, .epochs(1)), (0.2, .share(0.2)), (1.5, nil),
      (-0.5, nil), (true, nil), ("0.2", nil),
    ] as [(SettingValue, EpochSpan?)])
  func `A whole number counts epochs, and a number below 1 is a share`(
    _ value: SettingValue, _ span: EpochSpan?
  ) {
    #expect(EpochSpan(value) == span)
  }

  @Test(
    arguments: [
      (0.2, 200, 40), (0.2, 3, 1), (0.2, 2, 0), (0.2, 1, 0), (0.9, 3, 2), (40, 3, 40), (0, 3, 0),
    ] as [(EpochSpan, Int, Int)])
  func `A share is rounded to whole epochs and leaves one at least`(
    _ span: EpochSpan, _ epochs: Int, _ expected: Int
  ) {
    #expect(span.wholeEpochs(of: epochs) == expected)
  }

  @Test func `A setting takes epochs in its range and shares, and nothing else`() throws {
    for value in [0, 100, 0.5, 0.001] as [SettingValue] {
      #expect(
        try Settings.schema.values(of: Settings.schema.resolve(["warmup": value])) == [
          "warmup": value
        ])
    }
    for value in [-1, 101, 1.5, -0.1, "half"] as [SettingValue] {
      #expect(throws: SettingError.self) { try Settings.schema.resolve(["warmup": value]) }
    }
    #expect(Settings.schema.descriptions[0].defaultValue == 0.2)
    #expect(Settings.schema.descriptions[0].kind.values == "0 to 100, or a share below 1")
  }
}
