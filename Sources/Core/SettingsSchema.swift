/// The type and range of a setting.
///
///     SettingKind.integer(1...4).values            // "1 to 4"
///     SettingKind.choice(["sgd", "adam"]).values   // "sgd or adam"
public enum SettingKind: Hashable, Sendable {
  /// True or false.
  case boolean
  /// An integer within the range.
  case integer(ClosedRange<Int>)
  /// A number within the range.
  case number(ClosedRange<Double>)
  /// One of these names.
  case choice([String])
  /// An `EpochSpan`: at most so many epochs, or a share of all.
  case span(Int)

  /// The accepted values in words: "0.01 to 10", "instance, cluster or both".
  public var values: String {
    switch self {
    case .boolean: "true or false"
    case .integer(let range): "\(range.lowerBound) to \(range.upperBound)"
    case .number(let range): "\(range.lowerBound) to \(range.upperBound)"
    case .span(let most): "0 to \(most), or a share below 1"
    case .choice(let names):
      names.count < 2
        ? names.joined()
        : names.dropLast().joined(separator: ", ") + " or " + names[names.count - 1]
    }
  }
}

/// A setting as documentation and tools see it: `scl methods NAME` lists them.
///
///     for setting in HeadSettings.schema.descriptions {
///       print(setting.name, setting.defaultValue, setting.kind.values)   // layers 2 1 to 4
///     }
public struct SettingDescription: Hashable, Sendable {
  /// The name in experiment files: "learning_rate".
  public let name: String
  /// What it stands for, in a few words.
  public let summary: String
  /// The values that it takes.
  public let kind: SettingKind
  /// The value where an experiment says nothing.
  public let defaultValue: SettingValue
  /// Where the setting and its default come from: a paper and its equation, or code and its commit.
  public let source: String?
}

/// Why a setting was refused.
///
///     do {
///       let settings = try HeadSettings.schema.resolve(["layres": 2])
///     } catch SettingError.unknown(_, let nearest) {
///       print(nearest ?? "")   // layers
///     }
public enum SettingError: Error, Hashable, Sendable {
  /// No setting has this name; `nearest` is the likely one, if any.
  case unknown(name: String, nearest: String?)
  /// The value has another type or is outside the range, which `expected` states in words.
  case outOfRange(name: String, value: SettingValue, expected: String)
}

extension SettingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknown(let name, let nearest):
      "unknown setting '\(name)'" + (nearest.map { "; did you mean '\($0)'?" } ?? "")
    case .outOfRange(let name, let value, let expected):
      "'\(name)' cannot be \(value): it takes \(expected)"
    }
  }
}

/// A structure of settings that knows their names, ranges and meaning.
///
/// `init()` gives the defaults; `schema` lists every stored property once. Experiment files,
/// `scl methods`, records and the identity of runs use nothing else:
///
///     struct HeadSettings: Configurable {
///       var temperature = 0.5
///       var layers = 2
///
///       static let schema = SettingsSchema<Self>([
///         .number("temperature", \.temperature, in: 0.01...10, "temperature of the softmax"),
///         .integer("layers", \.layers, in: 1...4, "layers of the head"),
///       ])
///     }
///
///     let settings = try HeadSettings.schema.resolve(["temperature": 0.1])
///     settings.layers  // 2
public protocol Configurable: Sendable {
  /// The defaults.
  init()
  /// Every setting with its name, key path, range and meaning.
  static var schema: SettingsSchema<Self> { get }
  /// Why these values, each within its range, cannot work together; nil, the default, if they can.
  /// Experiments with such settings are refused before anything runs, unless the runs are finished, or
  /// were found unsupported, already.
  var contradiction: String? { get }
}

extension Configurable {
  public var contradiction: String? { nil }
}

/// One stored property of `Root` under the name that experiment files use. Create it with one
/// of the static functions, which take the property's key path and check values of its type.
///
///     static let schema = SettingsSchema<Self>(
///       .integer("layers", \.layers, in: 1...4, "layers of the head"))
public struct Setting<Root: Sendable>: Sendable {
  /// The name in experiment files: snake case, "learning_rate".
  public let name: String
  /// What it stands for, in a few words; lower case, without a full stop.
  public let summary: String
  /// The values that it takes.
  public let kind: SettingKind
  /// Where the setting and its default come from; set by `SettingsSchema.from`.
  fileprivate(set) var source: String?
  /// Whether, with this setting as it is, an epoch depends on how many epochs come after it.
  var dependsOnLength: @Sendable (Root) -> Bool = { _ in false }
  let read: @Sendable (Root) -> SettingValue
  /// Sets the property; false, without a change, if the value is not accepted.
  let write: @Sendable (inout Root, SettingValue) -> Bool

  /// An integer within `range`.
  public static func integer(
    _ name: String, _ path: WritableKeyPath<Root, Int> & Sendable, in range: ClosedRange<Int>,
    _ summary: String
  ) -> Self {
    Self(
      name: name, summary: summary, kind: .integer(range),
      read: { .integer($0[keyPath: path]) },
      write: { root, value in
        guard case .integer(let number) = value, range.contains(number) else { return false }
        root[keyPath: path] = number
        return true
      })
  }

  /// A number within `range`; an integer in the file is read as the number it is. NaN and
  /// infinities are in no range.
  public static func number(
    _ name: String, _ path: WritableKeyPath<Root, Double> & Sendable,
    in range: ClosedRange<Double>, _ summary: String
  ) -> Self {
    Self(
      name: name, summary: summary, kind: .number(range),
      read: { .number($0[keyPath: path]) },
      write: { root, value in
        let number: Double
        switch value {
        case .integer(let integer): number = Double(integer)
        case .number(let given): number = given
        default: return false
        }
        guard range.contains(number) else { return false }
        root[keyPath: path] = number
        return true
      })
  }

  /// A number of epochs up to `most`, or a share of all epochs. With a share, a run cannot be
  /// extended (`lengthDependences`).
  public static func span(
    _ name: String, _ path: WritableKeyPath<Root, EpochSpan> & Sendable, upTo most: Int,
    _ summary: String
  ) -> Self {
    Self(
      name: name, summary: summary, kind: .span(most),
      read: { $0[keyPath: path].value },
      write: { root, value in
        guard let span = EpochSpan(value) else { return false }
        if case .epochs(let count) = span, !(0...most).contains(count) { return false }
        root[keyPath: path] = span
        return true
      }
    ).dependingOnLength { if case .share = $0[keyPath: path] { true } else { false } }
  }

  /// True or false.
  public static func boolean(
    _ name: String, _ path: WritableKeyPath<Root, Bool> & Sendable, _ summary: String
  ) -> Self {
    Self(
      name: name, summary: summary, kind: .boolean,
      read: { .boolean($0[keyPath: path]) },
      write: { root, value in
        guard case .boolean(let flag) = value else { return false }
        root[keyPath: path] = flag
        return true
      })
  }

  /// One of an enumeration's cases, written as its raw value. A raw value of digits may be
  /// written without quotes: `depth: 18` is the case "18".
  /// - Parameters:
  ///   - name: the name in experiment files.
  ///   - path: the property.
  ///   - scaled: the cases that stretch with the number of epochs, such as a cosine that ends with the last
  ///     one. A run with such a setting cannot be extended.
  ///   - summary: its meaning, in a few words.
  public static func choice<Choice>(
    _ name: String, _ path: WritableKeyPath<Root, Choice> & Sendable,
    scaledByEpochs scaled: Set<Choice> = [], _ summary: String
  ) -> Self where Choice: RawRepresentable<String> & CaseIterable & Sendable {
    Self(
      name: name, summary: summary, kind: .choice(Choice.allCases.map(\.rawValue)),
      read: { .text($0[keyPath: path].rawValue) },
      write: { root, value in
        guard let choice = Choice(rawValue: value.description) else { return false }
        root[keyPath: path] = choice
        return true
      }
    ).dependingOnLength { scaled.contains($0[keyPath: path]) }
  }

  /// This setting, from `source` unless it names another.
  func from(_ source: String?) -> Self {
    var setting = self
    setting.source = self.source ?? source
    return setting
  }

  private func dependingOnLength(_ rule: @escaping @Sendable (Root) -> Bool) -> Self {
    var setting = self
    setting.dependsOnLength = rule
    return setting
  }
}

/// The settings of a `Root`, in the order in which they are documented.
///
/// ```swift
/// static let schema = SettingsSchema<Self>(
///   .number("temperature", \.temperature, in: 0.01...10, "temperature tau of NT-Xent"),
///   from: "Chen et al., ICML 2020, equation 1"
/// )
/// .including(\.projection, from: "Chen et al., ICML 2020, section 2.1")
/// .including(\.backbone, \.training, \.augmentation, from: "simclr@383d414")
/// ```
public struct SettingsSchema<Root: Sendable>: Sendable {
  /// The settings, of which no two have one name.
  public let settings: [Setting<Root>]

  /// A schema of settings of `Root` itself.
  public init(_ settings: [Setting<Root>]) { self.settings = settings }

  /// A schema of settings of `Root` itself.
  /// - Parameters:
  ///   - settings: in the order in which they are documented.
  ///   - source: what they and their defaults are taken from: a paper and its equation ("Wu et al., CVPR
  ///     2018, equation 2"), or code and its commit ("lemniscate.pytorch@f7cfe29").
  public init(_ settings: Setting<Root>..., from source: String? = nil) {
    self.settings = settings.map { $0.from(source) }
  }

  /// These settings, followed by others of `Root` itself.
  /// - Parameters:
  ///   - more: the others, in the order in which they are documented.
  ///   - source: what the others are taken from.
  public func adding(_ more: Setting<Root>..., from source: String? = nil) -> Self {
    Self(settings + more.map { $0.from(source) })
  }

  /// These settings, followed by those of parts of `Root` under their own names.
  /// - Parameters:
  ///   - parts: the properties of `Root` that hold the parts.
  ///   - source: what the parts' settings are taken from, as far as they do not name a source themselves.
  public func including<each Part: Configurable>(
    _ parts: repeat WritableKeyPath<Root, each Part> & Sendable, from source: String? = nil
  ) -> Self {
    var all = settings
    for part in repeat each parts { all += Self.settings(of: part).map { $0.from(source) } }
    return Self(all)
  }

  private static func settings<Part: Configurable>(
    of part: WritableKeyPath<Root, Part> & Sendable
  ) -> [Setting<Root>] {
    Part.schema.settings.map { inner in
      Setting(
        name: inner.name, summary: inner.summary, kind: inner.kind, source: inner.source,
        dependsOnLength: { inner.dependsOnLength($0[keyPath: part]) },
        read: { inner.read($0[keyPath: part]) },
        write: { root, value in inner.write(&root[keyPath: part], value) })
    }
  }

  /// These settings, with `source` for those that do not name any.
  public func from(_ source: String) -> Self { Self(settings.map { $0.from(source) }) }

  /// Every setting's value by name, defaults included. This is what records and identities
  /// contain.
  public func values(of root: Root) -> [String: SettingValue] {
    Dictionary(settings.map { ($0.name, $0.read(root)) }) { first, _ in first }
  }

  /// The settings that make an epoch depend on the number of epochs that follow it, such as
  /// "schedule cosine". A run of fewer epochs is the beginning of a longer one only if there
  /// are none.
  public func lengthDependences(of root: Root) -> [String] {
    settings.filter { $0.dependsOnLength(root) }.map { "\($0.name) \($0.read(root))" }
  }

  /// Sets one setting of `root`.
  /// - Throws: `SettingError` if the name is unknown or the value is not accepted; `root` is
  ///   unchanged.
  public func set(
    _ name: String, to value: SettingValue, in root: inout Root
  ) throws(SettingError) {
    guard let setting = settings.first(where: { $0.name == name }) else {
      throw .unknown(name: name, nearest: nearestName(to: name, among: settings.map(\.name)))
    }
    guard setting.write(&root, value) else {
      throw .outOfRange(name: name, value: value, expected: setting.kind.values)
    }
  }
}

extension SettingsSchema where Root: Configurable {
  /// What documentation and tools see, with the defaults of `Root()`.
  public var descriptions: [SettingDescription] {
    let defaults = Root()
    return settings.map {
      SettingDescription(
        name: $0.name, summary: $0.summary, kind: $0.kind, defaultValue: $0.read(defaults),
        source: $0.source)
    }
  }

  /// The defaults with `values` laid over them.
  /// - Throws: `SettingError` for the first (in alphabetical order) that is not accepted.
  public func resolve(_ values: [String: SettingValue]) throws(SettingError) -> Root {
    var root = Root()
    for (name, value) in values.sorted(by: { $0.key < $1.key }) {
      try set(name, to: value, in: &root)
    }
    return root
  }
}
