import Experiments
import Slurm
import Testing

@Suite struct SlurmOptionsTests {
  @Test(arguments: [
    (
      SlurmKey.time,
      ["30", "30:00", "12:00:00", "2-0", "2-12", "2-12:30", "2-12:30:15", "infinite", "0"]
    ),
    (.mem, ["16G", "4000", "4000M", "1t"]), (.maxRunning, ["1", "65535"]),
    (.partition, ["short,long"]), (.gres, ["gpu:a100:1"]),
  ])
  func `A value that sbatch takes is accepted`(key: SlurmKey, values: [String]) {
    for value in values { #expect(key.problem(with: value) == nil, "\(key) \(value)") }
  }

  @Test(arguments: [
    (
      SlurmKey.time,
      [
        "", "soon", "1:2:3:4", "-30", "1-", "-2-3", "30:", "9223372036854775807",
        "9223372036854775807-0",
      ]
    ),
    (.mem, ["16 G", "lots", "1.5G"]), (.maxRunning, ["0", "-1", "many", "65536"]),
    (.signalSeconds, ["0", "2.5"]), (.partition, ["", "a b", "a\nb"]),
  ])
  func `A value that cannot be meant is refused`(key: SlurmKey, values: [String]) {
    for value in values { #expect(key.problem(with: value) != nil, "\(key) \(value)") }
  }

  @Test(arguments: [
    ("30", 1_800), ("30:15", 1_815), ("1-12", 129_600), ("infinite", nil), ("0", nil),
  ])
  func `A time limit is what sbatch takes it for`(text: String, seconds: Int?) throws {
    #expect(try #require(SlurmTimeLimit(text)).seconds == seconds)
  }

  @Test func `The command line is over the file's defaults and benchmarks`() throws {
    let layers = ExecutorLayers(
      defaults: ["partition": "short", "time": "30"],
      benchmarks: ["stl10": ["time": "60", "mem": "16G"]])
    let ours = try layers.overridden(
      by: ["time=90", "gres=gpu:x=1"], of: SlurmExecutor.self)
    #expect(
      ours.options(benchmark: "cifar10", method: "scl", usesCards: true)
        == ["partition": "short", "time": "90", "gres": "gpu:x=1"])
    #expect(
      ours.options(benchmark: "stl10", method: "scl", usesCards: true)
        == ["partition": "short", "time": "90", "gres": "gpu:x=1", "mem": "16G"])
  }

  @Test func `What trains no network asks for no card, unless its own layer does`() {
    let layers = ExecutorLayers(
      defaults: ["gpus": "1", "gres": "gpu:a100:1,scratch:20", "mem": "8G"],
      benchmarks: ["stl10": ["gpus": "2", "gres": "gpu"]],
      methods: ["nmf": ["partition": "cpu"], "kmeans": ["gpus": "1"]])
    func options(_ benchmark: String, _ method: String) -> [String: String] {
      layers.options(benchmark: benchmark, method: method, usesCards: false)
    }
    #expect(
      options("cifar10", "nmf") == ["gres": "scratch:20", "mem": "8G", "partition": "cpu"])
    #expect(options("stl10", "spectral") == ["mem": "8G"])
    #expect(options("stl10", "kmeans") == ["mem": "8G", "gpus": "1"])
    #expect(
      layers.options(benchmark: "stl10", method: "scl", usesCards: true)
        == ["gpus": "2", "gres": "gpu", "mem": "8G"])
  }

  @Test(arguments: [
    ("tme=3", "did you mean 'time'?"), ("time", "write KEY=VALUE"), ("time=", "write KEY=VALUE"),
    ("mem=much", "mem takes a number"),
  ])
  func `A mistake on the command line is named`(argument: String, words: String) {
    let error = #expect(throws: ExperimentError.self) {
      try ExecutorLayers().overridden(by: [argument], of: SlurmExecutor.self)
    }
    #expect(error?.description.contains(words) == true, "\(String(describing: error))")
  }
}
