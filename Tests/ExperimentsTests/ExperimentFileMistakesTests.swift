import Core
import Experiments
import Foundation
import Testing

extension ExperimentsTests {
  private static let head = "benchmarks: [rehearsal]\nmethods: [kmeans, instdisc, scl]\n"

  /// The places of all mistakes: lines and keys.
  private func places(of mistakes: [ExperimentError]) -> [String] {
    mistakes.map { mistake in
      guard case .invalid(_, let line, let key, _) = mistake else { return "\(mistake)" }
      return "\(line ?? 0) \(key)"
    }
  }

  private func mistakes(in text: String) throws -> [ExperimentError] {
    do {
      _ = try read(text)
      return []
    } catch ExperimentError.mistakes(let mistakes) {
      return mistakes
    } catch let mistake as ExperimentError {
      return [mistake]
    }
  }

  @Test func `All mistakes of a file are told at once, in the order of their lines`() throws {
    let text = """
      benchmarks: [rehersal, rehearsal]
      methods: [scl, kmean, sclx]
      thread: 2
      variants:
        other: {method: slc}
        mine: {method: scl, settings: {temperatur: 1}}
      seeds: three
      exclude:
        - {benchmark: nothing}
      include:
        - {benchmark: rehearsa, method: [mine, other]}
      protocol: {train: tain, image_size: 7}
      settings:
        defaults: {epochs: 0, width: wide}
        methods:
          scl: {temperature: 50}
          sclx: {epochs: 1}
      profiles:
        quick: {seeds: 0, threds: 1}
      """
    #expect(
      try places(of: mistakes(in: text)) == [
        "1 benchmarks[0]", "2 methods[1]", "2 methods[2]", "3 thread", "5 variants.other.method",
        "6 variants.mine.settings.temperatur", "7 seeds", "9 exclude[0].benchmark",
        "11 include[0].benchmark", "12 protocol.train", "12 protocol.image_size",
        "14 settings.defaults.epochs", "14 settings.defaults.width",
        "16 settings.methods.scl.temperature", "17 settings.methods.sclx",
        "19 profiles.quick.threds", "19 profiles.quick.seeds",
      ])
  }

  @Test func `Names of own benchmarks are different, and each wrong one is told`() throws {
    let text = Self.head + "own_benchmarks: [lamps, Lamps, shoes, lamps, '']\n"
    let mistakes = try mistakes(in: text)
    #expect(
      places(of: mistakes) == [
        "3 own_benchmarks[1]", "3 own_benchmarks[3]", "3 own_benchmarks[4]",
      ])
    #expect(mistakes.dropFirst().first?.description.contains("'lamps' is listed twice") == true)
  }

  @Test func `A list that is whole but for one wrong name brings no other mistake along`() throws {
    let text = """
      benchmarks: [rehearsal]
      methods: [kmeans, variant]
      variants:
        variant: {method: scl, settings: {nothing: 1}}
      include:
        - {benchmark: rehersal, method: variant}
      settings:
        combinations:
          rehearsal:
            variant: {epochs: 3}
      """
    #expect(
      try places(of: mistakes(in: text)) == [
        "4 variants.variant.settings.nothing", "6 include[0].benchmark",
      ])
  }

  @Test(arguments: [
    ("seeds: 3.0", "write 3"), ("seeds: three", "write the number in digits: 3"),
    ("seeds: \"3\"", "quotation marks make it text: write 3"), ("threads: 1e2", "write 100"),
    ("seeds: 2.5", "this must be a whole number"),
    ("settings: {defaults: {epochs: 3.0}}", "write 3"),
    ("settings: {defaults: {epochs: 1e2}}", "write 100"),
    ("settings: {defaults: {epochs: \"1e2\"}}", "quotation marks make it text: write 100"),
    ("settings: {defaults: {epochs: \"1,000\"}}", "write 1000"),
    ("settings: {defaults: {learning_rate: \"1e-3\"}}", "quotation marks make it text: write 1e-3"),
    ("settings: {methods: {scl: {semantic: yes}}}", "write true"),
    ("settings: {methods: {scl: {semantic: \"false\"}}}", "write false"),
    ("title: SCL: ours", "needs quotation marks"), ("settings:\n\tdefaults: {epochs: 3}", "a tab"),
  ])
  func `A value in another notation is refused with what to write`(
    _ text: String, _ hint: String
  ) throws {
    let found = try mistakes(in: Self.head + text)
    #expect(found.count == 1 && "\(found)".contains(hint), "\(found)")
  }

  @Test func `Numbers with an exponent are read where fractions are`() throws {
    let text = Self.head + "settings: {defaults: {learning_rate: 1e-3, weight_decay: .5e-3}}"
    #expect(try mistakes(in: text).isEmpty)
  }
}
