import Core
import Methods

/// Settings of a variant with several values each. Every combination of the values makes a row of its own.
///
///     variants:
///       sweep:
///         method: scl
///         grid: {temperature: [0.05, 0.1], batch_size: [64, 128]}
///
///     grid.members(of: "sweep").map(\.name)  // "sweep-temperature-0.05-batch-size-64", ...
///
/// A row has the settings, and so the identity, of a variant that states the same values itself.
struct SettingGrid: Sendable {
  /// A setting with its values, in the order of the file. All are different and accepted by the method.
  struct Axis: Sendable {
    let setting: String
    let values: [SettingValue]
  }

  /// One combination of the values.
  struct Member: Sendable {
    /// The name in folders, tables and on the command line: "sweep-temperature-0.05".
    let name: String
    /// The values in words: "temperature 0.05, batch_size 64".
    let title: String
    let settings: [String: SettingValue]
  }

  /// The most rows that one grid makes. More are probably a slip: each is a run per benchmark and seed.
  static let most = 100

  /// In the order of the file. Empty for a variant without a grid.
  private(set) var axes: [Axis] = []

  /// The swept settings.
  var settings: [String] { axes.map(\.setting) }

  /// The number of combinations; at most `Int.max`.
  var count: Int {
    axes.reduce(1) { product, axis in
      let (count, overflows) = product.multipliedReportingOverflow(by: axis.values.count)
      return overflows ? Int.max : count
    }
  }

  /// This grid with another one on top: its settings replace those of the same name.
  func overlaid(with other: SettingGrid) -> SettingGrid {
    var grid = self
    for axis in other.axes {
      if let index = grid.axes.firstIndex(where: { $0.setting == axis.setting }) {
        grid.axes[index] = axis
      } else {
        grid.axes.append(axis)
      }
    }
    return grid
  }

  /// All combinations; the last setting changes fastest. None without a grid, and of one with more than `most`: such a
  /// file is refused, but the rest of it is read first, and the combinations of a few lists would fill the memory.
  /// - Parameter variant: the variant's name, with which all names begin.
  func members(of variant: String) -> [Member] {
    guard !axes.isEmpty, count <= Self.most else { return [] }
    let start = Member(name: variant, title: "", settings: [:])
    return axes.reduce([start]) { members, axis in
      members.flatMap { member in
        axis.values.map { value in
          Member(
            name: "\(member.name)-\(Self.word(axis.setting))-\(Self.word(value.plain))",
            title: member.title + (member.title.isEmpty ? "" : ", ")
              + "\(axis.setting) \(value.plain)",
            settings: member.settings.merging([axis.setting: value]) { $1 })
        }
      }
    }
  }

  /// A text as a part of a name: lower-case letters, digits, "-" and ".".
  private static func word(_ text: String) -> String {
    String(
      text.lowercased().map { letter in
        letter.isASCII && (letter.isLetter || letter.isNumber || letter == ".") ? letter : "-"
      })
  }
}

// MARK: - Reading

extension SettingGrid {
  /// The key `grid` of a variant: a mapping from settings of the context's methods to lists of
  /// values.
  static let value = FileValue<SettingGrid>(
    shape: { context in
      let names = Set(context.registry.methods.flatMap { $0.settings.map(\.name) }).sorted()
      let scalar = ValueShape(["type": ["boolean", "number", "string"]])
      return ValueShape.names(names, .list(scalar, atLeast: 1)).defined(as: "grid")
    }
  ) { section, context in
    guard !context.owners.isEmpty else { return SettingGrid() }
    let known = Set(context.owners.flatMap { $0.settings.map(\.name) }).sorted()
    let entries = try section.entries(known: known)
    guard section.node.mapping?.isEmpty == false else {
      throw section.invalid("name at least one setting with its values")
    }
    return SettingGrid(
      axes: try entries.compactMap { name, list in
        try section.mistakes.collecting { try axis(name, list, context) }
      })
  }

  /// Reads the values of a setting. Those with a mistake are noted and left out.
  ///
  /// - Throws: `ExperimentError.invalid` for an empty list, or for anything but a list.
  private static func axis(
    _ name: String, _ list: YAMLReader, _ context: FileContext
  ) throws -> Axis {
    let items = try list.items()
    guard !items.isEmpty else { throw list.invalid("give at least one value") }
    var values: [SettingValue] = []
    for item in items {
      try list.mistakes.collecting {
        let given = try item.setting(name, of: context)
        // As the method reads it: 1 and 1.0 are one number, 18 and "18" one choice.
        let value = try context.owners.first?.resolve([name: given])[name] ?? given
        guard !values.contains(value) else {
          throw item.invalid("'\(value.plain)' is listed twice")
        }
        values.append(value)
      }
    }
    return Axis(setting: name, values: values)
  }
}
