import Core
import Domain
import Methods

/// What a section of a file says, as changes to the structure that it fills.
///
///     let changes = try RunningOptions.schema.read(section, context)
///     let options = changes.applied(to: RunningOptions())
///
/// Laying one section over another is making more changes after the first ones. A structure
/// therefore needs no counterpart with optional values, and its defaults stand in its own
/// initialiser.
package struct Changes<Root>: Layer, Sendable {
  /// In the order in which they are made.
  private var changes: [@Sendable (inout Root) -> Void] = []

  /// No change.
  package init() {}

  init(_ change: @escaping @Sendable (inout Root) -> Void) { changes = [change] }

  /// These changes followed by those of `other`.
  package func overlaid(with other: Changes) -> Changes {
    var all = self
    all.changes += other.changes
    return all
  }

  /// Makes the changes in order.
  func apply(to root: inout Root) {
    for change in changes { change(&root) }
  }

  /// `root` with the changes.
  func applied(to root: Root) -> Root {
    var root = root
    apply(to: &root)
    return root
  }
}

/// A kind of value: its shape in the JSON Schema, and how it is read. Both are declared together,
/// so that they cannot disagree.
///
///     static let minutes = FileValue.number(0.001...100_000)
///     static let rows = FileValue.list(of: .text)
struct FileValue<Value: Sendable>: Sendable {
  let shape: @Sendable (FileContext) -> ValueShape
  /// Reads the value. It throws `ExperimentError` for a value that is not accepted; mistakes within
  /// the value it notes in `YAMLReader.mistakes`.
  let read: @Sendable (YAMLReader, FileContext) throws -> Value

  init(
    shape: @escaping @Sendable (FileContext) -> ValueShape,
    read: @escaping @Sendable (YAMLReader, FileContext) throws -> Value
  ) {
    self.shape = shape
    self.read = read
  }

  init(
    _ shape: ValueShape, read: @escaping @Sendable (YAMLReader, FileContext) throws -> Value
  ) {
    self.init(shape: { _ in shape }, read: read)
  }

  /// The same value, with its shape as a definition of the JSON Schema.
  func defined(as name: String) -> FileValue {
    FileValue(shape: { [shape] in shape($0).defined(as: name) }, read: read)
  }
}

/// One key of a section: its name, meaning and value, and what the value changes in `Root`.
struct FileKey<Root>: Sendable {
  let name: String
  /// The description in the JSON Schema. Editors show it.
  let documentation: String
  /// Whether a mapping without the key is a mistake.
  let isRequired: Bool
  let shape: @Sendable (FileContext) -> ValueShape
  /// Reads the value. It may extend the context in which the section's later keys are read, as
  /// `variants` does with names.
  let read: @Sendable (YAMLReader, inout FileContext) throws -> Changes<Root>

  init<Value>(
    _ name: String, _ value: FileValue<Value>, isRequired: Bool = false, _ documentation: String,
    extending: @escaping @Sendable (inout FileContext, Value) -> Void = { _, _ in },
    set: @escaping @Sendable (inout Root, Value) -> Void
  ) {
    self.name = name
    self.documentation = documentation
    self.isRequired = isRequired
    shape = value.shape
    read = { reader, context in
      let value = try value.read(reader, context)
      extending(&context, value)
      return Changes { set(&$0, value) }
    }
  }

  init<Value>(
    _ name: String, _ path: WritableKeyPath<Root, Value> & Sendable, _ value: FileValue<Value>,
    isRequired: Bool = false, _ documentation: String
  ) {
    self.init(name, value, isRequired: isRequired, documentation) { $0[keyPath: path] = $1 }
  }

  init<Value>(
    _ name: String, _ path: WritableKeyPath<Root, Value?> & Sendable, _ value: FileValue<Value>,
    isRequired: Bool = false, _ documentation: String
  ) {
    self.init(name, value, isRequired: isRequired, documentation) { $0[keyPath: path] = $1 }
  }

  func description(_ context: FileContext) -> KeyDescription {
    KeyDescription(
      name: name, documentation: documentation, shape: shape(context), isRequired: isRequired)
  }

  /// The same key in a structure that keeps the changes of `Root`.
  func changing<Outer>(
    _ path: WritableKeyPath<Outer, Changes<Root>> & Sendable
  ) -> FileKey<Outer> {
    let value = FileValue<Changes<Root>>(shape: shape) { [read] reader, context in
      var context = context
      return try read(reader, &context)
    }
    return FileKey<Outer>(name, value, isRequired: isRequired, documentation) {
      $0[keyPath: path] = $0[keyPath: path].overlaid(with: $1)
    }
  }
}

/// The keys of a section, each declared once: the reader and the JSON Schema are made of them. It
/// does for sections of a file what `SettingsSchema` does for the settings of methods:
///
///     static let schema = SectionSchema<RunningOptions>([
///       FileKey("retries", \.retries, .integer(0...100), "Retries of a run; 2 if missing."),
///       FileKey("memory", \.memoryGiB, .number(0.01...1_000_000), "GiB for all runs together."),
///     ])
///
/// Keys are read in the order in which they are declared, whatever their order in the file.
struct SectionSchema<Root>: Sendable {
  /// In the order in which they are read; unknown keys are reported with them in this order.
  let keys: [FileKey<Root>]

  init(_ keys: [FileKey<Root>]) { self.keys = keys }

  var names: [String] { keys.map(\.name) }

  /// The mapping with these keys and no others.
  func shape(_ context: FileContext) -> ValueShape {
    .keys(keys.map { $0.description(context) })
  }

  /// Reads a mapping. Mistakes of its keys are noted.
  /// - Throws: `ExperimentError` if it is no mapping.
  func read(_ section: YAMLReader, _ context: FileContext) throws -> Changes<Root> {
    let changes = try read(section.entries(known: names), context)
    for key in keys where key.isRequired && section.entry(key.name) == nil {
      section.mistakes.note(section.invalid("'\(key.name)' is missing"))
    }
    return changes
  }

  /// Reads those of a mapping's entries that are keys of this section, in the order of the schema.
  func read(_ entries: [YAMLReader.Entry], _ context: FileContext) throws -> Changes<Root> {
    var context = context
    return try keys.reduce(into: Changes()) { changes, key in
      guard let (_, value) = entries.first(where: { $0.key == key.name }) else { return }
      let change = try value.mistakes.collecting { try key.read(value, &context) }
      changes = changes.overlaid(with: change ?? Changes())
    }
  }

  /// This section as a value of another one.
  var value: FileValue<Changes<Root>> {
    FileValue(shape: shape) { try read($0, $1) }
  }

  /// The same, read into a structure of its own.
  func filling(_ root: Root) -> FileValue<Root> where Root: Sendable {
    FileValue(shape: shape) { try read($0, $1).applied(to: root) }
  }
}

/// What a file can name in the place that is being read: benchmarks, methods, variants and
/// executors.
struct FileContext: Sendable {
  /// The methods that files can name.
  let registry: MethodRegistry
  /// The executors whose sections a file can have.
  var executors = ExecutorRegistry.current
  /// Benchmarks of the user's own images.
  var ownBenchmarks: [String] = []
  /// The folder that was searched for files of these; nil for none.
  var data: String?
  /// The variants of extended files, and those that are read already.
  var variants: [Variant] = []
  /// The methods whose settings are accepted here; none if that is not known because of a mistake.
  var owners: [any ClusteringMethod.Type]
  /// The variant whose grid sweeps settings that are not accepted here; nil without one.
  var sweptBy: Variant?

  /// The context of a whole file: every method's settings are accepted.
  init(registry: MethodRegistry) {
    self.registry = registry
    owners = registry.methods
  }

  /// Registered benchmarks, then the user's own.
  var benchmarks: [String] { BenchmarkDefinition.all.map(\.name) + ownBenchmarks }
  var methods: [String] { registry.names }
  /// Methods, then variants with what their grids make.
  var rows: [String] { methods + variants.flatMap(\.names) }

  /// The context of values that apply to one method or variant.
  func narrowed(to row: String) throws -> FileContext {
    var context = self
    let variant = variants.named(row)
    context.owners = [try registry.method(variant?.method ?? row)]
    context.sweptBy = variant
    return context
  }
}
