import Experiments
import Foundation
import Slurm
import Testing

/// The sections that say how runs are carried out.
extension ExperimentsTests {
  private static let head = "benchmarks: [rehearsal, cifar10]\nmethods: [kmeans]\n"

  @Test func `Without a section, runs are looked after as usual and Slurm is asked for nothing`()
    throws
  {
    let experiment = try read(Self.head)
    let usual = RunningOptions(
      checkpointMinutes: 10, hangMinutes: 30, retries: 2, memoryGiB: nil)
    #expect(experiment.running == usual)
    #expect(experiment.executors.isEmpty)
  }

  @Test func `A profile changes single keys of running and slurm`() throws {
    let text =
      Self.head + """
        running: {checkpoint_minutes: 5, hang_minutes: 0.5, memory: 12}
        slurm:
          defaults: {partition: cpu, time: "2:00:00"}
          benchmarks:
            cifar10: {time: 1-12, mem: 8G}
          methods:
            scl: {mem: 24G}
        profiles:
          gpu:
            running: {retries: 0}
            slurm:
              defaults: {partition: gpu, gpus: 1}
              benchmarks:
                cifar10: {mem: 16G}
        """
    let gpu = try read(text, profile: "gpu")
    #expect(
      gpu.running
        == RunningOptions(checkpointMinutes: 5, hangMinutes: 0.5, retries: 0, memoryGiB: 12))
    #expect(
      slurm(of: gpu).options(benchmark: "cifar10", method: "moco", usesCards: true)
        == ["partition": "gpu", "gpus": "1", "time": "1-12", "mem": "16G"])
    #expect(
      slurm(of: gpu).options(benchmark: "cifar10", method: "scl", usesCards: true)["mem"] == "24G")
    #expect(
      slurm(of: gpu).options(benchmark: "rehearsal", method: "moco", usesCards: true)
        == ["partition": "gpu", "gpus": "1", "time": "2:00:00"])
  }

  @Test func `How runs are carried out is not part of their identity`() throws {
    let sections = "running: {retries: 9}\nslurm: {defaults: {time: 5}}"
    let plain = try plan(read(Self.head), only: "benchmark=rehearsal").runs[0]
    let other = try plan(read(Self.head + sections), only: "benchmark=rehearsal").runs[0]
    #expect(plain.identity == other.identity)
  }

  @Test(arguments: [
    ("running: {retires: 1}", "running.retires", "did you mean 'retries'?"),
    ("running: {retries: 1.5}", "running.retries", "not a whole number"),
    ("running: {memory: all}", "running.memory", "'all' is not a number from 0.01"),
    ("running: {hang_minutes: 0}", "running.hang_minutes", "'0' is not a number from 0.001"),
    ("slurm: {partition: gpu}", "slurm.partition", "known here: defaults, benchmarks, methods"),
    ("slurm: {defaults: {partion: gpu}}", "slurm.defaults.partion", "'partition'?"),
    ("slurm: {benchmarks: {cifar: {time: 5}}}", "slurm.benchmarks.cifar", "'cifar10'?"),
    ("slurm: {methods: {slc: {time: 5}}}", "slurm.methods.slc", "'scl'?"),
    ("slurm: {defaults: {gres: [gpu]}}", "slurm.defaults.gres", "expected one value"),
    ("slurm: {defaults: {gres: ''}}", "slurm.defaults.gres", "without spaces"),
    ("slurm: {defaults: {time: soon}}", "slurm.defaults.time", "[days-]hours"),
    (
      "slurm: {benchmarks: {cifar10: {max-running: 2}}}", "slurm.benchmarks.cifar10.max-running",
      "unknown key"
    ),
  ])
  func `A mistake in running or slurm is refused`(
    _ text: String, _ key: String, _ problem: String
  ) {
    expectMistake(in: Self.head + text, line: 3, key: key, problem)
  }
}
