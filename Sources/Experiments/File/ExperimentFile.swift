import Benchmarks
import Core
import Domain
import Foundation
import Methods
import Records

/// Reads experiment files strictly: an unknown key, an unknown name or a value out of range is a mistake
/// that names the file, the line, the key and the nearest valid one. All of a file's are told at once.
public struct ExperimentFile {
  private let names: KnownNames
  private var registry: MethodRegistry { names.registry }

  /// - Parameters:
  ///   - data: the folder of the benchmark files, whose own benchmarks a file can name; nil for none.
  ///   - results: a results folder whose benchmarks it can name as well, for what reads records alone
  ///     and does without benchmark files. One that cannot be listed has none: who reads or writes results
  ///     there says so.
  public init(registry: MethodRegistry, data: String? = nil, results: String? = nil) {
    let prepared = data.map { BenchmarkFolder($0).ownBenchmarks } ?? []
    let recorded = results.flatMap { try? ResultsFolder($0).benchmarks() } ?? []
    let known = Set(BenchmarkDefinition.all.map(\.name) + prepared)
    names = KnownNames(
      registry: registry, ownBenchmarks: prepared + recorded.filter { !known.contains($0) },
      data: data.map { URL(fileURLWithPath: $0).standardizedFileURL.path })
  }

  /// Reads a file, with those that it extends.
  /// - Parameters:
  ///   - profile: the profile whose sections are laid over the file's.
  ///   - overrides: `KEY=VALUE`, `METHOD.KEY=VALUE` or `VARIANT.KEY=VALUE`, laid over the settings.
  public func read(
    _ file: String, profile: String? = nil, overrides: [String] = []
  ) throws -> Experiment {
    let mistakes = MistakeList()
    let read = try mistakes.collecting { try content(of: file, mistakes) }
    try mistakes.check()
    guard let content = read else { throw ExperimentError.unreadable(file: file) }
    var sections = content.sections
    if let profile {
      guard let chosen = content.profile(profile) else {
        throw ExperimentError.invalidOption(
          option: "--profile \(profile)", problem: content.missing(profile, in: file))
      }
      sections = sections.overlaid(with: chosen)
    }
    guard let benchmarks = sections.benchmarks else {
      throw content.place.invalid("'benchmarks' is missing")
    }
    guard let names = sections.rows else {
      throw content.place.invalid("'methods' is missing")
    }
    let inclusions = sections.inclusions ?? []
    let rows = try (names + inclusions.flatMap(\.rows)).uniqued.map { name in
      try row(name, sections.variants)
    }
    if !overrides.isEmpty {
      sections.layers.append(
        try SettingOverrides(
          registry: registry, variants: sections.variants, layers: sections.layers
        ).layer(overrides, rows))
    }
    let stem = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
    return Experiment(
      name: stem + (profile.map { "@\($0)" } ?? ""), file: file, title: content.title ?? stem,
      benchmarks: (benchmarks + inclusions.flatMap(\.benchmarks)).uniqued, rows: rows,
      seeds: (sections.seedsOrDefault + inclusions.flatMap { $0.seeds ?? [] }).uniqued,
      combinations: sections.combinations, threads: sections.threads ?? 1,
      evaluateEvery: sections.evaluateEvery ?? 0, clusters: sections.clusters,
      profile: profile ?? "default",
      notes: sections.notes ?? [], running: sections.running.options,
      executors: sections.executors,
      protocolLayers: sections.protocolLayers, layers: sections.layers)
  }

  private func row(_ name: String, _ variants: [Variant]) throws -> MethodRow {
    guard let variant = variants.named(name) else {
      return MethodRow(try registry.method(name))
    }
    return MethodRow(variant, of: try registry.method(variant.method))
  }

  /// What a file says, over what the files say that it extends.
  private struct Content {
    /// The file's top, for errors that concern all of it.
    var place: YAMLReader
    var title: String?
    var sections = Sections()
    var profiles: [(name: String, sections: Sections)] = []

    func profile(_ name: String) -> Sections? {
      profiles.first { $0.name == name }?.sections
    }

    /// What to do about a profile that is not there.
    func missing(_ profile: String, in file: String) -> String {
      let names = profiles.map(\.name)
      return nearestName(to: profile, among: names).map { "did you mean '\($0)'?" }
        ?? (names.isEmpty
          ? "\(file) has no profiles" : "\(file) has \(names.joined(separator: ", "))")
    }

    mutating func lay(_ sections: Sections, overProfile name: String) {
      if let index = profiles.firstIndex(where: { $0.name == name }) {
        profiles[index].sections = profiles[index].sections.overlaid(with: sections)
      } else {
        profiles.append((name, sections))
      }
    }
  }

  /// - Parameter extending: the files on the way here, each of which extends the next.
  private func content(
    of file: String, extending: [String] = [], _ mistakes: MistakeList
  ) throws -> Content {
    let top = try YAMLReader.read(file, mistakes)
    let entries = try top.entries(known: TopKey.names + names.sections)
    var content = Content(place: top)
    var title: String?
    var profiles: [(key: String, value: YAMLReader)] = []
    // First, since the rest is laid over it, wherever it stands.
    for (name, value) in entries {
      switch TopKey(rawValue: name) {
      // The rest means nothing without what it is laid over.
      case .extends: content = try extended(value, from: file, extending: extending + [file])
      case .title: title = try mistakes.collecting { try value.text() }
      case .profiles: profiles = try mistakes.collecting { try value.ownEntries() } ?? []
      case nil: break
      }
    }
    content.place = top
    content.title = title ?? content.title
    var reader = SectionReader(names, inherited: content.sections.variants)
    let own = try reader.read(
      entries.filter { TopKey(rawValue: $0.key) == nil })
    content.sections = content.sections.overlaid(with: own)
    try mistakes.collecting { try content.sections.check(own.exclusions) }
    // Profiles are read even where none is chosen, so that a mistake in one is found early.
    for (name, value) in profiles {
      let variants = content.sections.variants.overlaid(
        with: content.profile(name)?.variants ?? [])
      var reader = SectionReader(names, inherited: variants)
      try mistakes.collecting {
        let sections = try reader.read(value.entries(known: names.sections))
        content.lay(sections, overProfile: name)
        try content.sections.overlaid(with: content.profile(name) ?? sections)
          .check(sections.exclusions)
      }
    }
    return content
  }

  /// What a file or a file's profile says that another extends.
  private func extended(
    _ value: YAMLReader, from file: String, extending: [String]
  ) throws -> Content {
    var path: String?
    var profile: YAMLReader?
    var place = value
    if value.node.scalar != nil {
      path = try value.text()
    } else {
      for (key, value) in try value.entries(of: ExtendsKey.self) {
        switch key {
        case .file: (path, place) = (try value.text(), value)
        case .profile: profile = value
        }
      }
    }
    guard let path else { throw value.invalid("'file' is missing") }
    let folder = URL(fileURLWithPath: file).deletingLastPathComponent()
    let target = path.hasPrefix("/") ? path : folder.appendingPathComponent(path).relativePath
    guard !extending.map(Self.canonical).contains(Self.canonical(target)) else {
      throw place.invalid(
        "files extend each other in a circle: "
          + (extending + [target]).joined(separator: " extends "))
    }
    guard FileManager.default.isReadableFile(atPath: target) else {
      throw place.invalid("there is no readable file '\(target)' to extend")
    }
    var content = try content(of: target, extending: extending, value.mistakes)
    if let profile {
      let name = try profile.text()
      guard let sections = content.profile(name) else {
        throw profile.invalid(content.missing(name, in: target))
      }
      content.sections = content.sections.overlaid(with: sections)
    }
    return content
  }

  private static func canonical(_ path: String) -> String {
    URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
  }
}
