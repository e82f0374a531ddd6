import Core
import Methods

/// What an experiment file accepts in a place, as JSON Schema (draft 2020-12).
///
///     ValueShape.either([.integer(1...8), .pattern("^[0-9]+G$", example: "16G")])
///
/// A shape carries the definitions that it refers to, so a schema is complete however deep they
/// occur.
package struct ValueShape: Sendable {
  /// The schema of one value.
  let json: JSONValue
  /// The definitions (`$defs`) that `json` refers to, by name.
  let definitions: [String: JSONValue]

  /// - Parameter parts: the shapes whose JSON is part of `json`.
  init(_ json: JSONValue, containing parts: [ValueShape] = []) {
    self.json = json
    definitions = parts.reduce(into: [:]) { $0.merge($1.definitions) { first, _ in first } }
  }

  private init(_ json: JSONValue, definitions: [String: JSONValue]) {
    self.json = json
    self.definitions = definitions
  }

  /// A reference to this shape as a definition, for shapes that occur in several places.
  func defined(as name: String) -> ValueShape {
    ValueShape(
      ["$ref": .string("#/$defs/\(name)")],
      definitions: definitions.merging([name: json]) { $1 })
  }

  package static let text = Self(["type": "string"])
  static let boolean = Self(["type": "boolean"])
  /// A name that the author of a file chooses.
  static let ownName = Self.pattern("^[a-z0-9-]+$", example: "own-name")
  /// The name of a variant; those that a grid makes can have a dot: "sweep-temperature-0.05".
  static let rowName = Self.pattern("^[a-z0-9.-]+$", example: "own-name")

  /// Text that matches a regular expression.
  ///
  /// - Parameter example: a text that matches; editors propose it.
  package static func pattern(_ expression: String, example: String) -> Self {
    Self(["type": "string", "pattern": .string(expression), "examples": [.string(example)]])
  }

  /// `Int.max` as the upper bound stands for none: JSON readers do not keep such a number exactly.
  package static func integer(_ range: ClosedRange<Int>) -> Self {
    Self(
      JSONValue.object(["type": "integer", "minimum": .integer(range.lowerBound)]).adding(
        range.upperBound < Int.max ? ["maximum": .integer(range.upperBound)] : [:]))
  }

  /// A number; whole numbers are included.
  package static func number(_ range: ClosedRange<Double>) -> Self {
    Self([
      "type": "number", "minimum": .number(range.lowerBound), "maximum": .number(range.upperBound),
    ])
  }

  /// One of these names. A name such as 18 can also be written as a number.
  package static func choice(_ names: [String]) -> Self {
    Self([
      "enum": .array(names.map { .string($0) } + names.compactMap { Int($0).map { .integer($0) } })
    ])
  }

  /// A value of any of these shapes.
  package static func either(_ shapes: [ValueShape]) -> Self {
    Self(["anyOf": .array(shapes.map(\.json))], containing: shapes)
  }

  /// A list of different items.
  static func list(_ item: ValueShape, atLeast count: Int) -> Self {
    Self(
      [
        "type": "array", "items": item.json, "minItems": .integer(count), "uniqueItems": true,
      ], containing: [item])
  }

  /// A mapping with these keys and no others. Their documentation becomes their description.
  static func keys(_ keys: [KeyDescription]) -> Self {
    let required = keys.filter(\.isRequired).map { JSONValue.string($0.name) }
    let properties = keys.map { key in
      (key.name, key.shape.json.adding(["description": .string(key.documentation)]))
    }
    return Self(
      JSONValue.object([
        "type": "object", "additionalProperties": false,
        "properties": .object(Dictionary(properties) { first, _ in first }),
      ]).adding(required.isEmpty ? [:] : ["required": .array(required)]),
      containing: keys.map(\.shape))
  }

  /// A mapping from some of these names to values of one shape.
  static func names(_ names: [String], _ value: ValueShape) -> Self {
    Self(
      [
        "type": "object", "additionalProperties": value.json,
        "propertyNames": ["enum": .array(names.map { .string($0) })],
      ], containing: [value])
  }

  /// A mapping from names that the author chooses to values of one shape.
  static func ownNames(_ value: ValueShape, like name: ValueShape = .ownName) -> Self {
    Self(
      ["type": "object", "additionalProperties": value.json, "propertyNames": name.json],
      containing: [value, name])
  }
}

/// A key of a mapping, as the JSON Schema describes it.
struct KeyDescription: Sendable {
  let name: String
  let documentation: String
  let shape: ValueShape
  var isRequired = false
}

extension ValueShape {
  /// The settings of one method, as the definition `settings-of-NAME`.
  static func settings(of method: any ClusteringMethod.Type) -> Self {
    settings(of: [method]).defined(as: "settings-of-\(method.description.name)")
  }

  /// The settings that at least one of `methods` has. A value must be accepted by all methods that
  /// have the setting. The description names every default.
  static func settings(of methods: [any ClusteringMethod.Type]) -> Self {
    let all = methods.flatMap { method in
      method.settings.map { (method: method.description.name, setting: $0) }
    }
    let properties = Dictionary(grouping: all) { $0.setting.name }.mapValues { owners in
      let kinds = owners.map(\.setting.kind).uniqued.map { ValueShape($0).json }
      let summaries = owners.map(\.setting.summary).uniqued
      let defaults = owners.map { "\($0.setting.defaultValue)" }.uniqued
      let values =
        defaults.count == 1
        ? defaults[0]
        : owners.map { "\($0.setting.defaultValue) (\($0.method))" }.joined(separator: ", ")
      return (kinds.count == 1 ? kinds[0] : ["allOf": .array(kinds)]).adding([
        "description": .string("\(summaries.joined(separator: "; or: ")). Default: \(values).")
      ])
    }
    return Self([
      "type": "object", "additionalProperties": false, "properties": .object(properties),
    ])
  }

  /// The settings of each method under its name.
  static func settingsByMethod(_ methods: [any ClusteringMethod.Type]) -> Self {
    .keys(
      methods.map {
        KeyDescription(
          name: $0.description.name, documentation: $0.description.summary,
          shape: .settings(of: $0))
      })
  }

  /// The values that a setting takes.
  private init(_ kind: SettingKind) {
    self =
      switch kind {
      case .boolean: .boolean
      case .integer(let range): .integer(range)
      case .number(let range): .number(range)
      case .choice(let names): .choice(names)
      case .span(let most): .either([.integer(0...most), .number(0...1)])
      }
  }
}

/// A JSON document, written as a literal: `["type": "object"]`.
enum JSONValue: Encodable, Sendable {
  case object([String: JSONValue])
  case array([JSONValue])
  case string(String)
  case integer(Int)
  case number(Double)
  case boolean(Bool)

  /// An object with more members; any other value unchanged.
  func adding(_ members: [String: JSONValue]) -> JSONValue {
    guard case .object(let own) = self else { return self }
    return .object(own.merging(members) { $1 })
  }

  func encode(to encoder: any Swift.Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .object(let members): try container.encode(members)
    case .array(let items): try container.encode(items)
    case .string(let text): try container.encode(text)
    case .integer(let number): try container.encode(number)
    case .number(let number): try container.encode(number)
    case .boolean(let flag): try container.encode(flag)
    }
  }
}

extension JSONValue: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral,
  ExpressibleByStringLiteral, ExpressibleByBooleanLiteral
{
  init(dictionaryLiteral members: (String, JSONValue)...) {
    self = .object(Dictionary(members) { $1 })
  }

  init(arrayLiteral items: JSONValue...) { self = .array(items) }
  init(stringLiteral text: String) { self = .string(text) }
  init(booleanLiteral flag: Bool) { self = .boolean(flag) }
}
