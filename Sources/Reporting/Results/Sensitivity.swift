import Core
import Domain
import Records

/// The table of a setting's values: which rows of an experiment differ in that setting alone.
///
/// The rows may come of a grid or be variants written one by one, and the method's own row may be one of
/// them:
///
///     let table = try table.sensitivity(to: "temperature")
///
///     | temperature           | CIFAR-10 ACC |
///     | --------------------- | -----------: |
///     | **SCL**               |              |
///     | 0.05                  |   20.1 ± 0.3 |
///     | – minus 0.1 (default) |   -1.1 [...] |
///     | 0.1 (default)         |   21.2 ± 0.2 |
struct Sensitivity {
  /// A row with the value of the setting on its first benchmark.
  private struct Entry {
    var method: TableMethod
    var value: SettingValue
    /// Whether the setting has the method's default; false if that is unknown.
    var isDefault: Bool
    /// The number of finished runs.
    var finished: Int
  }

  private let table: ResultTable
  private let setting: String

  /// - Parameters:
  ///   - table: any table; recipes of its cells must be known.
  ///   - setting: the name of a setting.
  init(_ table: ResultTable, setting: String) {
    self.table = table
    self.setting = setting
  }

  /// The table with a group of rows for each set of rows that differ in the setting alone, by value.
  /// Each row is compared with the row of the default value, or else with the row of the method under
  /// its own name.
  /// - Parameter reference: a row that the others of its group are compared with instead.
  /// - Throws: `ReportError.noSweep` if no two rows differ in the setting alone; `.noRow` if the reference
  ///   is none of the rows.
  func result(reference: String?) throws(ReportError) -> ResultTable {
    let groups = groups
    guard !groups.isEmpty else {
      throw .noSweep(setting: setting, experiment: table.experiment, swept: sweptSettings)
    }
    let rows = groups.flatMap { $0.map(\.method) }
    let chosen = reference.flatMap { rows.row(named: $0) }
    if let reference, chosen == nil {
      throw .noRow(
        reference, experiment: table.experiment, rows: rows.filter(table.hasScores).map(\.id))
    }
    var methods: [TableMethod] = []
    var references: [String: String] = [:]
    for group in groups {
      let heading = heading(of: group, among: groups)
      let base =
        group.first { $0.method == chosen } ?? group.first(where: \.isDefault)
        ?? group.first { $0.method.variantOf == nil }
      for entry in group {
        var method = entry.method
        method.heading = heading
        method.swept = TableMethod.SweptValue(setting: setting, value: value(of: method))
        method.label = value(of: method) + (entry.isDefault ? " (default)" : "")
        methods.append(method)
        if let base, base.method.id != method.id {
          references[method.id] = base.method.id
        }
      }
    }
    return table.keeping(methods, references: references)
  }

  // MARK: - Groups

  /// The sets of rows that differ in the setting alone, each with at least two values, in the order of
  /// the values. Of rows with one value, that with the most finished runs is kept.
  private var groups: [[Entry]] {
    var groups: [[TableMethod]] = []
    for method in table.methods where !recipes(of: method).isEmpty {
      guard recipes(of: method).allSatisfy({ $0.1.settings[setting] != nil }) else { continue }
      // Rows of several experiments can have other benchmarks, so that two of a group share none, and a row with
      // both of their benchmarks joins two groups.
      var members = [method]
      var kept: [[TableMethod]] = []
      var place: Int?
      for group in groups {
        let pairs = members.flatMap { member in
          group.compactMap { areSiblings($0, member, but: setting) }
        }
        if pairs.contains(true), !pairs.contains(false) {
          members += group
          place = place ?? kept.count
        } else {
          kept.append(group)
        }
      }
      kept.insert(table.methods.filter(members.contains), at: place ?? kept.count)
      groups = kept
    }
    return groups.map { methods in
      var entries: [Entry] = []
      for entry in methods.compactMap(entry) {
        if let index = entries.firstIndex(where: { value(of: $0.method) == value(of: entry.method) }
        ) {
          if entries[index].finished < entry.finished { entries[index] = entry }
        } else {
          entries.append(entry)
        }
      }
      return entries.enumerated().sorted { first, second in
        Self.precedes(first.element.value, second.element.value)
          ?? (first.offset < second.offset)
      }.map(\.element)
    }.filter { $0.count > 1 }
  }

  /// Whether two rows are of one method and have the same protocol and settings, but for one setting, wherever both
  /// have runs; nil for rows of one method without a common benchmark.
  private func areSiblings(
    _ first: TableMethod, _ second: TableMethod, but setting: String
  ) -> Bool? {
    guard first.variantOf ?? first.name == second.variantOf ?? second.name else { return false }
    let others = Dictionary(uniqueKeysWithValues: recipes(of: second))
    let pairs = recipes(of: first).compactMap { benchmark, recipe in
      others[benchmark].map { (benchmark, recipe, $0) }
    }
    if pairs.isEmpty { return nil }
    func runProtocol(_ method: TableMethod, _ benchmark: String) -> RunProtocol? {
      table.cell(benchmark: benchmark, method: method.id)?.runProtocol
    }
    return pairs.allSatisfy { benchmark, one, other in
      let protocols = [first, second].compactMap { runProtocol($0, benchmark) }
      return protocols.first == protocols.last
        && one.settings.filter { $0.key != setting } == other.settings.filter { $0.key != setting }
        && one.ofStages == other.ofStages
    }
  }

  /// The recipes of a row by benchmark, in the order of the columns.
  private func recipes(of method: TableMethod) -> [(String, RunRecipe)] {
    table.benchmarks.compactMap { benchmark in
      table.cell(benchmark: benchmark, method: method.id)?.recipe.map { (benchmark, $0) }
    }
  }

  private func entry(_ method: TableMethod) -> Entry? {
    let recipes = recipes(of: method)
    guard let value = recipes.first?.1.settings[setting] else { return nil }
    return Entry(
      method: method, value: value,
      isDefault: recipes.allSatisfy { recipe in
        recipe.1.departures.map { !$0.contains { $0.name == setting } } ?? false
      },
      finished: recipes.reduce(0) {
        $0 + (table.cell(benchmark: $1.0, method: method.id)?.records.count ?? 0)
      })
  }

  /// The order of two numbers or booleans; nil for other values and for equal ones.
  private static func precedes(_ first: SettingValue, _ second: SettingValue) -> Bool? {
    func number(_ value: SettingValue) -> Double? {
      switch value {
      case .boolean(let flag): flag ? 1 : 0
      case .integer(let number): Double(number)
      case .number(let number): number
      case .text: nil
      }
    }
    guard let first = number(first), let second = number(second), first != second else {
      return nil
    }
    return first < second
  }

  // MARK: - Texts

  /// The value of a row: "0.1", or "0.1 (CIFAR-10), 0.2 (STL-10)" if it depends on the benchmark.
  private func value(of method: TableMethod) -> String {
    let values = recipes(of: method).compactMap { benchmark, recipe in
      recipe.settings[setting].map { (benchmark, $0.plain) }
    }
    if Set(values.map(\.1)).count == 1 { return values[0].1 }
    return values.map { benchmark, value in
      "\(value) (\(BenchmarkRegistry.current.heading(of: benchmark)))"
    }.joined(separator: ", ")
  }

  /// "SCL", or "SCL, semantic false" if the method has several groups: what tells them apart.
  private func heading(of group: [Entry], among groups: [[Entry]]) -> String {
    func base(_ group: [Entry]) -> String { group[0].method.variantOf ?? group[0].method.name }
    func settings(_ group: [Entry]) -> [String: SettingValue] {
      guard let recipe = recipes(of: group[0].method).first?.1 else { return [:] }
      return recipe.ofStages.reduce(into: recipe.settings) { $0[$1.name] = $1.value }
    }
    let own = settings(group)
    let rivals = groups.filter { base($0) == base(group) }.map(settings)
    let telling = own.keys.sorted().filter { name in
      name != setting && rivals.contains { $0[name] != own[name] }
    }
    let title =
      group.first { $0.method.variantOf == nil }?.method.title
      ?? recipes(of: group[0].method).compactMap(\.1.methodTitle).first ?? base(group)
    return ([title] + telling.map { "\($0) \(own[$0]?.plain ?? "")" }).joined(separator: ", ")
  }

  /// The settings in which two rows of one method differ alone, for the error message.
  private var sweptSettings: [String] {
    var names: Set<String> = []
    for (index, first) in table.methods.enumerated() {
      for second in table.methods[(index + 1)...] {
        let others = Dictionary(uniqueKeysWithValues: recipes(of: second))
        let pairs = recipes(of: first).compactMap { benchmark, recipe in
          others[benchmark].map { (recipe.settings, $0.settings) }
        }
        let differing = Set(
          pairs.flatMap { first, second in first.keys.filter { first[$0] != second[$0] } })
        if differing.count == 1, let name = differing.first,
          areSiblings(first, second, but: name) == true
        {
          names.insert(name)
        }
      }
    }
    return names.sorted()
  }
}

extension ResultTable {
  /// The setting that the table is about, if its rows are the values of one; nil for any other table.
  var sweptSetting: String? { methods.first?.swept?.setting }

  /// What tells the table apart from others of the same experiments in a paper: "cifar10-cpu-temperature".
  var nameOfLabel: String {
    experiment + (showsPublishedAlone ? "-published" : "") + (sweptSetting.map { "-\($0)" } ?? "")
  }

  /// The table of a setting's values; see `Sensitivity`.
  package func sensitivity(
    to setting: String, reference: String? = nil
  ) throws(ReportError) -> ResultTable {
    try Sensitivity(self, setting: setting).result(reference: reference)
  }
}

extension RunRecipe {
  /// The departures of the runs that the run starts from, which have the method's name in front.
  fileprivate var ofStages: [Departure] { (departures ?? []).filter { $0.name.contains(".") } }
}
