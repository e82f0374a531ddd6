import Benchmarks
import Core
import Domain
import Foundation
import Methods
import Records

/// Reads experiment files strictly: an unknown key, an unknown name or a value out of range is a
/// mistake. A message names the file, the line, the key and the nearest valid name. All mistakes of
/// a file, and of the files that it extends, are reported together.
///
///     let file = ExperimentFile(registry: .builtIn, data: "data")
///     let experiment = try file.read("experiments/rehearsal.yaml", profile: "short")
package struct ExperimentFile {
  /// The known names, without variants of files.
  private let context: FileContext
  private var registry: MethodRegistry { context.registry }

  /// - Parameters:
  ///   - registry: the methods that a file can name.
  ///   - data: the folder of benchmark files, whose own benchmarks a file can name; nil for none.
  ///   - results: a results folder whose benchmarks a file can name too, for commands that read
  ///     records and need no benchmark files. A folder that cannot be listed has none.
  package init(registry: MethodRegistry, data: String? = nil, results: String? = nil) {
    let prepared = data.map { BenchmarkFolder($0).ownBenchmarks } ?? []
    let recorded = results.flatMap { try? ResultsFolder($0).benchmarks() } ?? []
    let known = Set(BenchmarkDefinition.all.map(\.name) + prepared)
    var context = FileContext(registry: registry)
    context.ownBenchmarks = prepared + recorded.filter { !known.contains($0) }
    context.data = data.map { URL(fileURLWithPath: $0).standardizedFileURL.path }
    self.context = context
  }

  /// Reads a file with those that it extends.
  ///
  /// - Parameters:
  ///   - file: its path.
  ///   - profile: the profile whose sections are laid over the file's.
  ///   - overrides: `KEY=VALUE`, `METHOD.KEY=VALUE` or `VARIANT.KEY=VALUE`, laid over the settings.
  /// - Throws: `ExperimentError`: `.unreadable`, `.invalid` or `.mistakes` for the file,
  ///   `.invalidOption` for the profile and the overrides.
  package func read(
    _ file: String, profile: String? = nil, overrides: [String] = []
  ) throws -> Experiment {
    let mistakes = MistakeList()
    let read = try mistakes.collecting { try content(of: file, mistakes) }
    try mistakes.check()
    guard let content = read ?? nil else { throw ExperimentError.unreadable(file: file) }
    var sections = content.sections
    if let profile {
      guard let chosen = content.profiles[profile] else {
        throw ExperimentError.invalidOption(
          option: "--profile \(profile)", problem: content.missing(profile, in: file))
      }
      chosen.apply(to: &sections)
    }
    guard let benchmarks = sections.benchmarks else {
      throw content.place.invalid("'benchmarks' is missing")
    }
    guard let names = sections.rows else {
      throw content.place.invalid("'methods' is missing")
    }
    let inclusions = sections.inclusions
    let rows = try sections.variants.expanding(names + inclusions.flatMap(\.rows)).map { name in
      try row(name, sections.variants)
    }
    if !overrides.isEmpty {
      sections.settingLayers.append(
        try SettingOverrides(
          registry: registry, variants: sections.variants, layers: sections.settingLayers
        ).layer(overrides, rows))
    }
    let stem = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
    return Experiment(
      name: stem + (profile.map { "@\($0)" } ?? ""), file: file, title: content.title ?? stem,
      benchmarks: (benchmarks + inclusions.flatMap(\.benchmarks)).uniqued, rows: rows,
      seeds: (sections.seeds + inclusions.flatMap { $0.seeds ?? [] }).uniqued,
      combinations: sections.combinations, threads: sections.threads,
      evaluateEvery: sections.evaluateEvery, clusters: sections.clusters,
      profile: profile ?? RunRecord.withoutProfile, notes: sections.notes,
      running: sections.running,
      executors: sections.executors, protocolLayers: sections.protocolLayers,
      settingLayers: sections.settingLayers)
  }

  /// The row of a method, a variant, or a combination of a variant's grid.
  private func row(_ name: String, _ variants: [Variant]) throws -> MethodRow {
    guard let variant = variants.named(name) else {
      return MethodRow(try registry.method(name))
    }
    let method = try registry.method(variant.method)
    guard let member = variant.members.first(where: { $0.name == name }) else {
      return MethodRow(variant, of: method)
    }
    return MethodRow(member, of: variant, method)
  }

  /// What a file says, over what the files that it extends say.
  private struct Content {
    /// The file's top, for errors that concern all of it.
    var place: YAMLReader
    var title: String?
    var sections = Sections()
    /// What each profile changes.
    var profiles: [String: Changes<Sections>] = [:]
    /// The names of the profiles, in the order of the files.
    var profileNames: [String] = []

    /// The sections with a profile laid over them.
    func sections(underProfile name: String) -> Sections {
      profiles[name]?.applied(to: sections) ?? sections
    }

    /// The message about a profile that is not there.
    func missing(_ profile: String, in file: String) -> String {
      guard !profileNames.isEmpty else { return "\(file) has no profiles" }
      return "unknown profile; "
        + (nearestName(to: profile, among: profileNames).map { "did you mean '\($0)'?" }
          ?? "\(file) has \(profileNames.joined(separator: ", "))")
    }
  }

  /// Reads one file.
  ///
  /// - Parameter extending: the files that led here, each of which extends the next.
  /// - Returns: nil if `extends` has a mistake: without the extended file, the rest means nothing.
  private func content(
    of file: String, extending: [String] = [], _ mistakes: MistakeList
  ) throws -> Content? {
    let top = try YAMLReader.read(file, mistakes)
    let schema = Sections.schema(context.executors)
    let entries = try top.entries(known: FileHead.schema.names + schema.names)
    var content = Content(place: top)
    if let value = top.entry(FileHead.extends) {
      guard let base = try extended(value, from: file, extending: extending + [file]) else {
        return nil
      }
      content = base
    }
    content.place = top
    let head = try FileHead.schema.read(entries, context).applied(to: FileHead())
    content.title = head.title ?? content.title
    var context = context
    context.variants = content.sections.variants
    let prepared = context.ownBenchmarks
    context.ownBenchmarks = prepared + content.sections.ownBenchmarks
    try schema.read(entries, context).apply(to: &content.sections)
    if top.entry(Sections.exclude) != nil {
      try mistakes.collecting { try content.sections.checkExclusions() }
    }
    // Profiles are read even where none is chosen, so that a mistake in one is found early.
    let profiles = try mistakes.collecting { try top.entry(FileHead.profiles)?.ownEntries() ?? [] }
    for (name, value) in profiles ?? [] {
      try mistakes.collecting {
        let sections = content.sections(underProfile: name)
        context.variants = sections.variants
        context.ownBenchmarks = prepared + sections.ownBenchmarks
        let changes = try schema.read(value, context)
        if content.profiles[name] == nil { content.profileNames.append(name) }
        content.profiles[name] = (content.profiles[name] ?? Changes()).overlaid(with: changes)
        if value.entry(Sections.exclude) != nil {
          try content.sections(underProfile: name).checkExclusions()
        }
      }
    }
    return content
  }

  /// Reads the file that another extends, with the chosen profile.
  ///
  /// - Returns: nil if `value` has a mistake that is noted already.
  /// - Throws: `ExperimentError.invalid` for a missing file, a missing profile or a circle of
  ///   files.
  private func extended(
    _ value: YAMLReader, from file: String, extending: [String]
  ) throws -> Content? {
    let base =
      value.node.scalar != nil
      ? FileHead.Base(file: try value.text())
      : try FileHead.Base.schema.read(value, context).applied(to: FileHead.Base())
    guard let path = base.file else { return nil }
    let place = value.entry("file") ?? value
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
    if let name = base.profile {
      guard let changes = content?.profiles[name] else {
        let problem = content?.missing(name, in: target)
        throw (value.entry("profile") ?? value).invalid(problem ?? "unknown profile")
      }
      if var sections = content?.sections {
        changes.apply(to: &sections)
        content?.sections = sections
      }
    }
    return content
  }

  /// The path without symbolic links and relative parts, to tell a circle of files.
  private static func canonical(_ path: String) -> String {
    URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
  }
}

/// The keys that only the top of a file has. `ExperimentFile` reads `extends` and `profiles`
/// itself: the rest of the file depends on the first, and the second depends on the rest.
struct FileHead: Sendable {
  /// The mapping form of `extends`.
  struct Base: Sendable {
    var file: String?
    var profile: String?

    /// `file` is required; without `profile` the whole file is extended and none of its profiles
    /// applies.
    static let schema = SectionSchema<Base>([
      FileKey("file", \.file, .text, isRequired: true, "The file, relative to this one."),
      FileKey("profile", \.profile, .text, "The profile of that file that is part of this one."),
    ])
  }

  var title: String?

  /// The key of the extended file.
  static let extends = "extends"
  /// The key of the profiles.
  static let profiles = "profiles"

  static let schema = SectionSchema<FileHead>([
    FileKey("title", \.title, .text, "Title, for readers; the file's name if missing."),
    FileKey(
      extends, described { .either([.text, Base.schema.shape($0)]) },
      "Another experiment file, relative to this one, over which this one is laid; or that file and "
        + "one of its profiles."
    ) { _, _ in },
    FileKey(
      profiles, described { .ownNames(Sections.schema($0.executors).shape($0)) },
      "Sections by profile; '--profile NAME' lays them over the file."
    ) { _, _ in },
  ])

  /// A value that the schema describes and does not read.
  private static func described(
    _ shape: @escaping @Sendable (FileContext) -> ValueShape
  ) -> FileValue<Bool> {
    FileValue(shape: shape) { _, _ in true }
  }

  /// A whole file.
  static func shape(_ context: FileContext) -> ValueShape {
    let head = schema.keys.map { $0.description(context) }
    return .keys(head + Sections.schema(context.executors).keys.map { $0.description(context) })
  }
}
