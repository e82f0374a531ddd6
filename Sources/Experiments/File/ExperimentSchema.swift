import Core
import Foundation
import Methods

/// The JSON Schema (draft 2020-12) of experiment files, for editors to complete and check them.
///
/// It is made of the keys that the reader knows and of the methods' settings. Names that depend on
/// other parts of a file, and whether a file is there, are left to the reader.
public struct ExperimentSchema {
  private let names: KnownNames

  /// - Parameter data: the folder of the benchmark files, whose own benchmarks a file can name; nil
  ///   for none.
  public init(registry: MethodRegistry, data: String? = nil) {
    names = KnownNames(
      registry: registry, ownBenchmarks: data.map { BenchmarkFolder($0).ownBenchmarks } ?? [])
  }

  /// The schema as a JSON file has it: keys sorted, two spaces, a line break at the end.
  public func text() throws -> String {
    let json = try JSONEncoder.sorted(pretty: true).encode(schema)
    return String(decoding: json, as: UTF8.self) + "\n"
  }

  private var schema: JSONValue {
    let keys = TopKey.descriptions(names) + names.sectionDescriptions
    let complete: JSONValue = ["required": ["benchmarks", "methods"]]
    let extending: JSONValue = ["required": ["extends"]]
    return json(.keys(keys, required: [])).adding([
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "Experiment file of scl",
      "description": "See docs/experiments.md.",
      "$defs": .object(Dictionary(definitions) { first, _ in first }),
      "anyOf": [complete, extending],
      // Without variants, of this file or another, every row is a method.
      "if": ["not": ["anyOf": [["required": ["variants"]], extending]]],
      "then": ["properties": ["methods": ["items": json(.choice(names.methods))]]],
    ])
  }

  /// What is used in more than one place, or by method.
  private var definitions: [(String, JSONValue)] {
    let methods = names.registry.methods
    let byMethod = methods.map { method in
      let name = method.description.name
      return KeyDescription(
        name: name, documentation: method.description.summary,
        shape: .definition("settings-of-\(name)"))
    }
    let shapes: [(String, ValueShape)] = [
      ("method", .either([.choice(names.methods), .ownName])),
      ("seeds", SectionKey.seedsShape),
      ("variants", .ownNames(.definition("variant"))),
      ("exclusion", .keys(ExclusionKey.descriptions(names), required: [])),
      ("inclusion", .keys(InclusionKey.descriptions(names), required: ["benchmark", "method"])),
      (
        "protocol",
        .keys(
          ProtocolKey.descriptions(names) + ProtocolLayerKey.descriptions(names), required: [])
      ),
      ("settings", .keys(SettingsKey.descriptions(names), required: [])),
      ("settings-by-method", .keys(byMethod, required: [])),
      ("running", .keys(RunningKey.descriptions(names), required: [])),
    ]
    let executors = names.executors.executors.map { executor -> (String, ValueShape) in
      let keys = ExecutorSectionKey.descriptions(names, of: executor.options)
      return (executor.name, .keys(keys, required: []))
    }
    // Methods by their names, with any settings for variants' names.
    let byRow = json(.keys(byMethod, required: [])).adding([
      "additionalProperties": json(.definition("any-settings"))
    ])
    // Once the method is named, its settings only.
    let variant = json(.keys(VariantKey.descriptions(names), required: [])).adding([
      "allOf": .array(
        names.methods.map { name in
          [
            "if": [
              "required": ["method"], "properties": ["method": json(.choice([name]))],
            ],
            "then": ["properties": ["settings": json(.definition("settings-of-\(name)"))]],
          ]
        })
    ])
    return (shapes + executors).map { ($0, json($1)) }
      + methods.map { ("settings-of-\($0.description.name)", settings(of: [$0])) }
      + [("any-settings", settings(of: methods)), ("settings-by-row", byRow), ("variant", variant)]
  }

  /// The settings that at least one of `methods` has; a value has to be accepted by all that have it.
  private func settings(of methods: [any ClusteringMethod.Type]) -> JSONValue {
    let all = methods.flatMap { method in
      method.settings.map { (method: method.description.name, setting: $0) }
    }
    let byName = Dictionary(grouping: all) { $0.setting.name }
    let properties = byName.mapValues { owners -> JSONValue in
      let kinds = owners.map(\.setting.kind).uniqued.map { json($0.shape) }
      let summaries = owners.map(\.setting.summary).uniqued
      let defaults = owners.map { "\($0.setting.defaultValue)" }.uniqued
      let values =
        defaults.count == 1
        ? defaults[0]
        : owners.map { "\($0.setting.defaultValue) (\($0.method))" }.joined(separator: ", ")
      return (kinds.count == 1 ? kinds[0] : ["allOf": .array(kinds)]).adding([
        "description": .string(
          "\(summaries.joined(separator: "; or: ")). Default: \(values).")
      ])
    }
    return [
      "type": "object", "additionalProperties": false, "properties": .object(properties),
    ]
  }

  private func json(_ shape: ValueShape) -> JSONValue {
    switch shape {
    case .text: ["type": "string"]
    case .boolean: ["type": "boolean"]
    case .integer(let range):
      // Int.max stands for no bound, and is no number that JSON's readers keep exactly.
      JSONValue.object(["type": "integer", "minimum": .integer(range.lowerBound)]).adding(
        range.upperBound < Int.max ? ["maximum": .integer(range.upperBound)] : [:])
    case .number(let range):
      [
        "type": "number", "minimum": .number(range.lowerBound),
        "maximum": .number(range.upperBound),
      ]
    case .choice(let names):
      // A choice such as 18 is written without quotes too.
      [
        "enum": .array(
          names.map { .string($0) } + names.compactMap { Int($0).map { .integer($0) } })
      ]
    case .list(let item, let atLeast):
      [
        "type": "array", "items": json(item), "minItems": .integer(atLeast),
        "uniqueItems": true,
      ]
    case .keys(let keys, let required):
      JSONValue.object([
        "type": "object", "additionalProperties": false,
        "properties": .object(
          Dictionary(
            keys.map { key in
              (key.name, json(key.shape).adding(["description": .string(key.documentation)]))
            }, uniquingKeysWith: { first, _ in first })),
      ]).adding(
        required.isEmpty ? [:] : ["required": .array(required.map { .string($0) })])
    case .names(let names, let value):
      [
        "type": "object", "additionalProperties": json(value),
        "propertyNames": ["enum": .array(names.map { .string($0) })],
      ]
    case .ownNames(let value):
      [
        "type": "object", "additionalProperties": json(value),
        "propertyNames": json(.ownName),
      ]
    case .pattern(let expression, let example):
      ["type": "string", "pattern": .string(expression), "examples": [.string(example)]]
    case .either(let shapes): ["anyOf": .array(shapes.map(json))]
    case .definition(let name): ["$ref": .string("#/$defs/\(name)")]
    }
  }
}

extension SettingKind {
  fileprivate var shape: ValueShape {
    switch self {
    case .boolean: .boolean
    case .integer(let range): .integer(range)
    case .number(let range): .number(range)
    case .choice(let names): .choice(names)
    case .span(let most): .either([.integer(0...most), .number(0...1)])
    }
  }
}
