import Core
import Domain
import Methods
import Records

/// A row of an experiment's table: a method under its own name, or a variant of one. A run that
/// others start from, and that is no row of the table, has one too; its name has a hash of its
/// settings: "simclr@1f2e3d4c".
package struct MethodRow: Sendable {
  /// The name in files, folders and on the command line.
  package let name: String
  /// The title in tables.
  package let title: String
  /// The method that is run; a variant's is the one that it changes.
  package let method: any ClusteringMethod.Type
  /// What makes a variant; empty for a method under its own name.
  package let settings: [String: SettingValue]
  /// What a grid gives the row, a part of `settings`; empty without a grid.
  let swept: [String: SettingValue]

  /// The names by which files speak of the row, the one that counts most last: its method's, a variant's
  /// own, and before a stage's those of what starts from it.
  let namesInFiles: [String]

  /// The names by which files and `--set` speak of a variant alone: its own, and before it that of the
  /// variant whose grid made it.
  var ownNames: [String] { Array(namesInFiles.drop { $0 == method.description.name }) }

  /// The variant whose grid made the row, by whose name all its rows can be chosen; nil for any
  /// other row.
  package var grid: String? { swept.isEmpty ? nil : ownNames.first }

  /// The changed method's name; nil for a method under its own name.
  package var variantOf: String? {
    name == method.description.name ? nil : method.description.name
  }

  /// A method under its own name.
  package init(_ method: any ClusteringMethod.Type) {
    name = method.description.name
    title = method.description.title
    self.method = method
    settings = [:]
    swept = [:]
    namesInFiles = [name]
  }

  /// A run that others start from and that is no row of the table.
  /// - Parameters:
  ///   - settings: all of them. The name is made of these, so that others' of the same are the same.
  ///   - otherProtocol: the protocol, where it is another than the method's own; part of the name then.
  ///   - row: what starts from it.
  init(
    stage method: any ClusteringMethod.Type, settings: [String: SettingValue],
    otherProtocol: RunProtocol?, of row: MethodRow
  ) {
    var hash = SHA256Hash()
    for (name, value) in settings.sorted(by: { $0.key < $1.key }) {
      hash.update("\(name)=\(value)\n")
    }
    if let other = otherProtocol {
      // Fine labels ask for another number of clusters.
      let labels = other.labels.map { " \($0.rawValue)" } ?? ""
      hash.update(
        "\(other.train.rawValue) \(other.score.rawValue) \(other.imageSize)\(labels)\n")
    }
    name = "\(method.description.name)\(Self.stageMark)\(hash.hexadecimal.prefix(8))"
    title = "\(method.description.title), as a stage"
    self.method = method
    self.settings = settings
    swept = [:]
    namesInFiles = row.namesInFiles + [method.description.name]
  }

  /// In the names of stages and in no other.
  private static let stageMark: Character = "@"

  /// Whether it is a run that others start from and no row of the table.
  package var isStage: Bool { Self.isStage(name) }

  /// Whether a name is that of a stage.
  package static func isStage(_ name: String) -> Bool { name.contains(stageMark) }

  /// A variant without a grid.
  init(_ variant: Variant, of method: any ClusteringMethod.Type) {
    name = variant.name
    title = variant.title ?? "\(method.description.title): \(variant.name)"
    self.method = method
    settings = variant.settings
    swept = [:]
    namesInFiles = [method.description.name, name]
  }

  /// A row of a variant's grid.
  init(_ member: SettingGrid.Member, of variant: Variant, _ method: any ClusteringMethod.Type) {
    name = member.name
    title = "\(variant.title ?? method.description.title): \(member.title)"
    self.method = method
    settings = variant.settings.overlaid(with: member.settings)
    swept = member.settings
    namesInFiles = [method.description.name, variant.name, name]
  }
}

/// A variant as files define it: a method with some settings changed, under a name of its own.
struct Variant: Sendable {
  let name: String
  /// The name of the method that it changes.
  var method: String
  /// Nil for the method's title and the variant's name.
  var title: String?
  var settings: [String: SettingValue] = [:]
  /// Settings with several values, each combination of which is a row of its own.
  var grid = SettingGrid()

  /// The rows of the grid; none without one.
  var members: [SettingGrid.Member] { grid.members(of: name) }

  /// Its own name and those of its rows.
  var names: [String] { [name] + members.map(\.name) }

  /// The keys of a variant. The method comes first, because it decides which settings are accepted.
  private static let schema = SectionSchema<Variant>([
    FileKey(
      "method", baseMethod, "The method that this is a variant of.",
      extending: { $0.owners = [$1] }, set: { $0.method = $1.description.name }),
    FileKey(
      "title", \.title, .text,
      "The row's title; the method's title and the variant's name if missing."),
    FileKey(
      "settings", \.settings, .settings,
      "The settings that the variant changes, over all layers of its method's settings, on every benchmark."
    ),
    FileKey(
      "grid", \.grid, SettingGrid.value,
      "Settings with lists of values; every combination is a row, named VARIANT-SETTING-VALUE."),
  ])

  /// A method by its name. A variant of an extended file keeps its method, the context's only owner.
  private static let baseMethod = FileValue<any ClusteringMethod.Type>(
    shape: { .choice($0.methods) }
  ) { value, context in
    let method = try context.registry.method(
      value.name("method", among: context.methods))
    if let base = context.owners.first, base != method {
      throw value.invalid(
        "this is a variant of \(base.description.name) already: give a variant of "
          + "\(method.description.name) another name")
    }
    return method
  }

  /// The section `variants`. A variant with a mistake is replaced by another one of its name, so
  /// that places that name it are no mistakes as well.
  static let all = FileValue(shape: shape) { section, context in
    let entries = try section.ownEntries()
    let variants = try entries.compactMap { name, value in
      try section.mistakes.collecting {
        guard !context.methods.contains(name) else {
          throw value.invalid("'\(name)' is a method: give the variant a name of its own")
        }
        return try read(name, value, context)
      } ?? context.variants.first { $0.name == name } ?? unknown(name, context)
    }
    let all = context.variants.overlaid(with: variants)
    for (name, value) in entries {
      _ = try section.mistakes.collecting { try checkGrid(of: name, among: all, value, context) }
    }
    return variants
  }

  /// Refuses a grid whose settings the variant sets, too, that makes too many rows, or that makes a
  /// name which exists.
  ///
  /// - Parameters:
  ///   - name: the variant's name.
  ///   - variants: all variants, those of extended files included.
  ///   - section: the variant's definition.
  private static func checkGrid(
    of name: String, among variants: [Variant], _ section: YAMLReader, _ context: FileContext
  ) throws {
    guard let variant = variants.first(where: { $0.name == name }) else { return }
    let place = section.entry("grid") ?? section
    if let setting = variant.grid.settings.first(where: { variant.settings[$0] != nil }) {
      throw place.invalid(
        "'\(setting)' is also one of the variant's settings: remove one of the two")
    }
    guard variant.grid.count <= SettingGrid.most else {
      throw place.invalid(
        "this makes \(variant.grid.count) rows; the most is \(SettingGrid.most)")
    }
    var taken = Set(context.methods)
    for other in variants where other.name != name { taken.formUnion(other.names) }
    for member in variant.members where !taken.insert(member.name).inserted {
      throw place.invalid("this makes a row '\(member.name)', which there is already")
    }
  }

  /// Reads the definition of a variant. In a profile or an extending file the method can be left
  /// out.
  ///
  /// - Throws: `ExperimentError.invalid` if the method is missing and no other mistake explains
  ///   that.
  private static func read(
    _ name: String, _ section: YAMLReader, _ context: FileContext
  ) throws -> Variant {
    let mistakes = section.mistakes.count
    let base = context.variants.first { $0.name == name }?.method
    var context = context
    context.owners = try base.map { [try context.registry.method($0)] } ?? []
    let variant = try schema.read(section, context)
      .applied(to: Variant(name: name, method: base ?? ""))
    if !variant.method.isEmpty { return variant }
    // A misspelt key may be the one that is missing: nothing more is said then.
    guard section.mistakes.count > mistakes, let any = unknown(name, context) else {
      throw section.invalid("'method' is missing: name the method that the variant changes")
    }
    return any
  }

  /// Stands for a variant whose method is not known, so that its name is.
  private static func unknown(_ name: String, _ context: FileContext) -> Variant? {
    context.methods.first.map { Variant(name: name, method: $0) }
  }

  /// A mapping from names to variants. As soon as a variant's method is given, the schema accepts
  /// the settings of that method only.
  private static let shape: @Sendable (FileContext) -> ValueShape = { context in
    let keys = schema.shape(context)
    let byMethod = context.registry.methods.map { method in
      let settings = ValueShape.settings(of: method)
      return ValueShape(
        [
          "if": [
            "required": ["method"],
            "properties": ["method": ValueShape.choice([method.description.name]).json],
          ],
          "then": ["properties": ["settings": settings.json]],
        ], containing: [settings])
    }
    let variant = ValueShape(
      keys.json.adding(["allOf": .array(byMethod.map(\.json))]), containing: [keys] + byMethod)
    return .ownNames(variant.defined(as: "variant")).defined(as: "variants")
  }
}

extension [Variant] {
  /// The variant of this name, or the one whose grid makes a row of this name.
  func named(_ name: String) -> Variant? { first { $0.names.contains(name) } }

  /// Names of rows, with a variant that has a grid replaced by the rows of its grid. Each occurs
  /// once.
  func expanding(_ names: [String]) -> [String] {
    names.flatMap { name in
      let members = first { $0.name == name }?.members ?? []
      return members.isEmpty ? [name] : members.map(\.name)
    }.uniqued
  }

  /// These variants with others on top. Of two variants of one name, the title of the later one
  /// wins, and settings are replaced one by one, those of grids too.
  func overlaid(with others: [Variant]) -> [Variant] {
    others.reduce(into: self) { variants, other in
      guard let index = variants.firstIndex(where: { $0.name == other.name }) else {
        variants.append(other)
        return
      }
      variants[index].title = other.title ?? variants[index].title
      variants[index].settings.merge(other.settings) { $1 }
      variants[index].grid = variants[index].grid.overlaid(with: other.grid)
    }
  }
}
