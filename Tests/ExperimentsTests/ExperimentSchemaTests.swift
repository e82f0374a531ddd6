import Benchmarks
import Core
import Domain
import Experiments
import Foundation
import Methods
import Testing

/// The JSON Schema against the reader, and the committed files against both.
extension ExperimentsTests {
  /// The package's folder.
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private static func schema() throws -> Schema {
    let text = try withSlurm { try ExperimentSchema(registry: .builtIn).text() }
    let json = try JSONSerialization.jsonObject(with: Data(text.utf8))
    return try Schema(#require(json as? [String: Any]))
  }

  @Test func `The committed schema is that of these sources`() throws {
    let committed = try String(
      contentsOf: Self.root.appendingPathComponent("experiments/experiment.schema.json"),
      encoding: .utf8)
    let current = try withSlurm { try ExperimentSchema(registry: .builtIn).text() }
    #expect(
      committed == current,
      "renew it: .build/release/scl schema > experiments/experiment.schema.json")
  }

  @Test func `The reader accepts every key and value that the schema has`() throws {
    let samples = try Self.schema().samples()
    #expect(samples.count > 300)
    for sample in samples {
      #expect(throws: Never.self, "\(sample)") { try read(sample) }
    }
  }

  @Test func `The schema accepts no other key anywhere than the reader does`() throws {
    let mappings = try Self.schema().samples(withUnknownKey: "no-such-key")
    #expect(mappings.count > 20)
    for sample in mappings {
      let error = #expect(throws: ExperimentError.self, "\(sample)") { try read(sample) }
      #expect(error?.description.contains("no-such-key: unknown key") == true)
    }
  }

  private static let committed = [
    "ablation", "cifar10-cpu", "cpu", "equal-budget", "official-code", "paper-labels",
    "paper-photographs", "paper-split", "paper", "pixels", "rehearsal-methods", "rehearsal",
    "scl-readings",
  ]

  @Test func `Every committed experiment names the schema in its first line`() throws {
    let folder = Self.root.appendingPathComponent("experiments").path
    let files = try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.hasSuffix(".yaml") }.sorted()
    #expect(files == Self.committed.map { $0 + ".yaml" })
    for file in files {
      let text = try String(contentsOfFile: folder + "/" + file, encoding: .utf8)
      #expect(text.hasPrefix("# yaml-language-server: $schema=experiment.schema.json\n"))
    }
  }

  /// The plan of a committed experiment, on a machine without its images.
  private func committed(_ name: String, profile: String? = nil) throws -> Plan {
    let path = Self.root.appendingPathComponent("experiments/\(name).yaml").path
    return try Plan(
      withSlurm { try ExperimentFile(registry: .builtIn).read(path, profile: profile) },
      options: RunOptions(data: folder, results: folder), registry: .builtIn, needsData: false)
  }

  @Test func `The paper's table is six benchmarks, every method and five seeds`() throws {
    let paper = try committed("paper")
    #expect(
      paper.experiment.benchmarks == BenchmarkDefinition.all.filter { !$0.isRehearsal }.map(\.name)
    )
    let variants = [
      "byol-34", "moco-propos", "pcl-propos", "simsiam-34", "byol-propos", "simsiam-propos",
    ]
    // SCL's warm-up is a row of none: it is a part of SCL.
    let methods = MethodRegistry.builtIn.names.filter { $0 != "scl-warmup" }
    #expect(paper.experiment.methods.filter { !variants.contains($0) } == methods)
    // What is the same with every seed has one.
    let once = paper.runs.filter { ["agglomerative", "true-labels"].contains($0.row.name) }
    #expect(once.count == 6 * 2 && once.allSatisfy { $0.seed == 0 })
    // The pretexts of SCAN and SPICE are no rows: SimCLR's and MoCo's have other settings. Nor are warm-ups.
    let pretexts = paper.runs.filter(\.row.isStage).map { $0.method.description.name }
    #expect(pretexts.count { $0 == "simclr" } == 6 * 5)
    #expect(pretexts.count { $0 == "moco" } == 6 * 5)
    #expect(pretexts.count { $0 == "scl-warmup" } == 6 * 5 && pretexts.count == 3 * 6 * 5)
    // ProPos has five of the benchmarks, and CIFAR alone with a ResNet-18 of BYOL and SimSiam.
    let others = paper.runs.filter { variants.contains($0.row.name) }
    #expect(others.count == 4 * 5 * 5 + 2 * 2 * 5)
    // MiCE and TCC have no place for 200 clusters.
    #expect(
      paper.runs.count - pretexts.count - others.count
        == 6 * (methods.count - 2) * 5 + once.count - 2 * 5)
    let cpu = try committed("paper", profile: "cpu").runs
    #expect(cpu.allSatisfy { !variants.contains($0.row.name) })
  }

  @Test func `SimCLR's row from train to test is the run that SCAN and NNM start from`() throws {
    let split = try committed("paper-split")
    #expect(split.runs.count == 3 * 4 * 10 && !split.runs.contains { $0.row.isStage })
    for run in split.runs where ["scan-cluster", "nnm"].contains(run.row.name) {
      #expect(run.stage?.row == "simclr")
    }
    for run in split.runs where run.row.name == "simclr" { #expect(run.epochs == 500) }
  }

  @Test func `What labels choose, they choose among all epochs`() throws {
    let labels = try committed("paper-labels")
    #expect(labels.runs.count == (3 + 6 + 6 + 6) * 5)
    #expect(
      labels.runs.allSatisfy {
        $0.runProtocol.checkpoint == .bestByLabels && $0.runProtocol.evaluateEvery == 1
      })
  }

  @Test func `Photographs are seen at the sizes of the code, of stored squares that are larger`()
    throws
  {
    let photographs = try committed("paper-photographs")
    #expect(photographs.runs.count == 2 * 2 * 5)
    for run in photographs.runs {
      #expect(run.runProtocol.imageSize == 256)
      #expect(run.viewSize == (run.row.name == "cc" ? 224 : 96))
    }
  }

  @Test(arguments: committed)
  func `Every committed experiment is read where no image is prepared`(_ name: String) throws {
    #expect(try !committed(name).runs.isEmpty)
  }

  @Test
  func `cpu.yaml has the rows and settings of the paper's profile cpu, but for shorter queues`()
    throws
  {
    func onCIFAR(_ plan: Plan) -> [String: [String: SettingValue]] {
      let rows = plan.runs.filter {
        $0.benchmark.name == "cifar10" && $0.seed == 0 && !$0.row.isStage
      }
      return Dictionary(
        uniqueKeysWithValues: rows.map { run in
          (run.row.name, run.settings.filter { $0.key != "queue" })
        })
    }
    let file = try committed("cpu")
    #expect(try onCIFAR(file) == onCIFAR(committed("paper", profile: "cpu")))
    #expect(file.experiment.benchmarks == ["cifar10", "tiny-ten", "tiny-twenty", "imagenet-dogs"])
    #expect(file.runs.allSatisfy { $0.epochs <= 30 })
  }

  @Test(arguments: [nil, "cpu"])
  func `Every variant of the ablation differs from SCL`(profile: String?) throws {
    let runs = try committed("ablation", profile: profile).runs
    let scl = try #require(runs.first { $0.row.name == "scl" })
    let variants = runs.filter {
      $0.row.variantOf == "scl" && $0.benchmark == scl.benchmark && $0.seed == scl.seed
    }
    let settings = Set(variants.map(\.settings))
    #expect(settings.count >= 10 && !settings.contains(scl.settings))
    #expect(settings.count == Set(variants.map(\.row.name)).count)
  }

  @Test func `The soak is sixty short runs`() throws {
    let runs = try committed("rehearsal", profile: "soak").runs
    #expect(runs.count == 60 && runs.allSatisfy { $0.epochs <= 12 })
  }
}
