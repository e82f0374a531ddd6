import Benchmarks
import Core
import Foundation
import Methods
import Records

/// Reads experiment files strictly: an unknown key, an unknown name or a value out of range is an
/// error that names the line, the key and the nearest valid one.
public struct ExperimentFile {
  private static let sections = [
    "notes", "benchmarks", "methods", "seeds", "threads", "evaluate_every", "protocol",
    "settings",
  ]

  private let registry: MethodRegistry

  public init(registry: MethodRegistry) {
    self.registry = registry
  }

  /// Reads a file.
  /// - Parameters:
  ///   - profile: the profile whose sections are laid over the file's.
  ///   - overrides: `KEY=VALUE` or `METHOD.KEY=VALUE`, laid over everything.
  public func read(
    _ file: String, profile: String? = nil, overrides: [String] = []
  ) throws -> Experiment {
    let top = try YAMLReader.read(file)
    var base = Sections()
    var profiles: [(name: String, sections: Sections)] = []
    var title: String?
    // Profiles are read even where none is chosen, so that a mistake in one is found early.
    for (key, value) in try top.entries(known: ["title", "profiles"] + Self.sections) {
      switch key {
      case "title": title = try value.text()
      case "profiles":
        for (name, sections) in try value.entries() {
          var overlay = Sections()
          for (key, value) in try sections.entries(known: Self.sections) {
            try read(key, value, into: &overlay)
          }
          profiles.append((name, overlay))
        }
      default: try read(key, value, into: &base)
      }
    }
    if let profile {
      guard let chosen = profiles.first(where: { $0.name == profile }) else {
        let names = profiles.map(\.name)
        throw ExperimentError.invalidOption(
          option: "--profile \(profile)",
          problem: nearestName(to: profile, among: names).map { "did you mean '\($0)'?" }
            ?? (names.isEmpty
              ? "\(file) has no profiles" : "\(file) has \(names.joined(separator: ", "))"))
      }
      base.overlay(chosen.sections)
    }
    let stem = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
    guard let benchmarks = base.benchmarks else { throw top.invalid("'benchmarks' is missing") }
    guard let methods = base.methods else { throw top.invalid("'methods' is missing") }
    var experiment = Experiment(
      name: stem + (profile.map { "@\($0)" } ?? ""), file: file, title: title ?? stem,
      benchmarks: benchmarks, methods: methods, seeds: base.seeds ?? [0],
      threads: base.threads ?? 1, evaluateEvery: base.evaluateEvery ?? 0,
      profile: profile ?? "default", notes: base.notes ?? [], protocolChoices: base.protocolChoices,
      layers: base.layers)
    if !overrides.isEmpty {
      experiment.layers.append(try SettingOverrides(registry: registry).layer(overrides, methods))
    }
    return experiment
  }

  private func read(_ key: String, _ value: YAMLReader, into sections: inout Sections) throws {
    switch key {
    case "notes": sections.notes = try value.items().map { try $0.text() }
    case "benchmarks":
      sections.benchmarks = try value.names(
        "benchmark", among: BenchmarkDefinition.all.map(\.name))
    case "methods": sections.methods = try value.names("method", among: registry.names)
    case "seeds": sections.seeds = try seeds(value)
    case "threads": sections.threads = try value.integer(in: 1...1024)
    case "evaluate_every": sections.evaluateEvery = try value.integer(in: 0...100_000)
    case "protocol": sections.protocolChoices = try protocolChoices(value)
    default: sections.layers = [try layers(value)]
    }
  }

  /// A count (2 stands for 0 and 1) or a list.
  private func seeds(_ value: YAMLReader) throws -> [UInt64] {
    if value.node.scalar != nil {
      return (0..<UInt64(try value.integer(in: 1...10_000))).map { $0 }
    }
    let seeds = try value.items().map { UInt64(try $0.integer(in: 0...Int.max)) }
    guard !seeds.isEmpty, Set(seeds).count == seeds.count else {
      throw value.invalid("seeds are a count, or a list of different whole numbers")
    }
    return seeds
  }

  private func protocolChoices(_ section: YAMLReader) throws -> ProtocolChoices {
    var choices = ProtocolChoices()
    for (key, value) in try section.entries(
      known: ["train", "score", "image_size", "checkpoint", "nmi"])
    {
      switch key {
      case "train": choices.train = try value.choice()
      case "score": choices.score = try value.choice()
      case "image_size": choices.imageSize = try value.integer(in: 8...1024)
      case "nmi": choices.nmi = try value.choice()
      default:
        guard try value.choice(CheckpointRule.self) == .last else {
          throw value.invalid("only 'last' can be run: no checkpoint is chosen by labels here")
        }
      }
    }
    return choices
  }

  private func layers(_ section: YAMLReader) throws -> SettingLayers {
    let benchmarks = BenchmarkDefinition.all.map(\.name)
    var layers = SettingLayers()
    for (key, value) in try section.entries(
      known: ["defaults", "benchmarks", "methods", "combinations"])
    {
      switch key {
      case "defaults": layers.defaults = try settings(value, of: registry.methods)
      case "benchmarks":
        for (name, layer) in try value.entries(known: benchmarks) {
          layers.benchmarks[name] = try settings(layer, of: registry.methods)
        }
      case "methods":
        for (name, layer) in try value.entries(known: registry.names) {
          layers.methods[name] = try settings(layer, of: [registry.method(name)])
        }
      default:
        for (benchmark, byMethod) in try value.entries(known: benchmarks) {
          for (name, layer) in try byMethod.entries(known: registry.names) {
            layers.combinations[benchmark, default: [:]][name] =
              try settings(layer, of: [registry.method(name)])
          }
        }
      }
    }
    return layers
  }

  /// Settings that at least one of `methods` has, and that all that have them accept.
  private func settings(
    _ section: YAMLReader, of methods: [any ClusteringMethod.Type]
  ) throws -> [String: SettingValue] {
    let known = Set(methods.flatMap { $0.settings.map(\.name) }).sorted()
    var values: [String: SettingValue] = [:]
    for (name, reader) in try section.entries(known: known) {
      let value = try reader.value()
      do {
        for method in methods where method.settings.contains(where: { $0.name == name }) {
          _ = try method.resolve([name: value])
        }
      } catch {
        throw reader.invalid("\(error)")
      }
      values[name] = value
    }
    return values
  }
}

/// The sections that a file and its profiles share.
private struct Sections {
  var notes: [String]?
  var benchmarks: [String]?
  var methods: [String]?
  var seeds: [UInt64]?
  var threads: Int?
  var evaluateEvery: Int?
  var protocolChoices = ProtocolChoices()
  var layers: [SettingLayers] = []

  mutating func overlay(_ other: Sections) {
    notes = other.notes ?? notes
    benchmarks = other.benchmarks ?? benchmarks
    methods = other.methods ?? methods
    seeds = other.seeds ?? seeds
    threads = other.threads ?? threads
    evaluateEvery = other.evaluateEvery ?? evaluateEvery
    protocolChoices = protocolChoices.overlaid(with: other.protocolChoices)
    layers += other.layers
  }
}
