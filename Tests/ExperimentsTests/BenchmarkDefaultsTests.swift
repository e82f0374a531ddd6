import Benchmarks
import Core
import Domain
import Experiments
import Methods
import Testing

extension ExperimentsTests {
  private static let methods = MethodRegistry.builtIn.methods.map { $0.description.name }

  @Test(arguments: methods)
  func `A method's defaults by benchmark are of benchmarks there are, and are accepted`(
    _ name: String
  ) throws {
    let method = try MethodRegistry.builtIn.method(name)
    let benchmarks = Set(
      BenchmarkDefinition.all.filter { $0.rehearsalOf == nil }.map(\.name))
    #expect(benchmarks.isSuperset(of: method.description.benchmarks))
    for (benchmark, values) in method.benchmarkDefaults {
      #expect(benchmarks.contains(benchmark))
      let resolved = try method.resolve(values)
      for (setting, value) in values { #expect(resolved[setting] == value) }
    }
  }

  @Test func `The paper's experiment has every method on its six benchmarks`() throws {
    let experiment = try withSlurm {
      try ExperimentFile(registry: .builtIn).read(
        Self.root.appendingPathComponent("experiments/paper.yaml").path)
    }
    // SCL's warm-up is the stage of its row.
    let names = MethodRegistry.builtIn.names.filter { $0 != "scl-warmup" }
    #expect(experiment.methods.filter(names.contains).sorted() == names.sorted())
    #expect(
      experiment.benchmarks
        == BenchmarkDefinition.all.filter { $0.rehearsalOf == nil }.map(\.name))
  }

  @Test func `A benchmark's defaults of a method lie under all that a file says`() throws {
    func stems(_ settings: String) throws -> [String: SettingValue?] {
      let experiment = try read(
        """
        benchmarks: [rehearsal, stl10]
        methods: [instdisc]
        \(settings)
        """)
      let plan = try Plan(
        experiment, options: RunOptions(data: folder, results: folder, precision: .float32),
        registry: .builtIn, filter: RunFilter(), needsData: false)
      return Dictionary(
        uniqueKeysWithValues: plan.runs.map { ($0.benchmark.name, $0.settings["stem"]) })
    }
    #expect(try stems("") == ["rehearsal": "small", "stl10": "small-padded-pool"])
    #expect(
      try stems("settings: {defaults: {stem: imagenet}}")
        == ["rehearsal": "imagenet", "stl10": "imagenet"])
  }
}
