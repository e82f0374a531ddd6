import Foundation

/// Makes experiment files out of a JSON Schema: one for every key and every kind of value in it.
struct Schema {
  private let schema: [String: Any]
  private let definitions: [String: Any]

  init(_ schema: [String: Any]) {
    self.schema = schema
    definitions = schema["$defs"] as? [String: Any] ?? [:]
  }

  /// Files with one value more than they need, that value being what the schema allows there.
  func samples() throws -> [String] {
    try members(of: schema).sorted { $0.key < $1.key }.flatMap { key, shape in
      try values(of: shape).map { try file([key: $0]) }
    }
  }

  /// Files that have `key` in one of the mappings that take no keys of the author's own.
  func samples(withUnknownKey key: String) throws -> [String] {
    try members(of: schema).sorted { $0.key < $1.key }.flatMap { name, shape in
      try values(of: shape, adding: key).map { try file([name: $0]) }
    } + [file([key: 1])]
  }

  /// A sample in a file with a variant, an own benchmark and one seed. Only what excludes runs stands beside all names:
  /// the reader's time goes by the number of runs, and there are thousands of samples.
  private func file(_ sample: [String: Any]) throws -> String {
    let excludes = try text(sample).contains("\"exclude\":")
    let benchmarks = values(of: members(of: schema)["benchmarks"]).compactMap {
      ($0 as? [String])?.first
    }
    let methods = members(of: resolved(["$ref": "#/$defs/settings-by-method"])).keys.sorted()
    let frame: [String: Any] = [
      "benchmarks": excludes ? benchmarks : Array(benchmarks.prefix(1)),
      "methods": (excludes ? methods : Array(methods.prefix(1))) + ["own-name"],
      "variants": ["own-name": ["method": "scl"]],
      "own_benchmarks": ["own-name"], "seeds": 1,
    ]
    return try text(frame.merging(sample) { $1 })
  }

  private func text(_ file: [String: Any]) throws -> String {
    let json = try JSONSerialization.data(
      withJSONObject: file, options: [.sortedKeys, .withoutEscapingSlashes])
    return String(decoding: json, as: UTF8.self)
  }

  private func resolved(_ shape: Any?) -> [String: Any] {
    guard let shape = shape as? [String: Any] else { return [:] }
    guard let reference = shape["$ref"] as? String else { return shape }
    return resolved(definitions[reference.split(separator: "/").last.map(String.init) ?? ""])
  }

  /// The keys that a shape knows, without those whose values lean on other parts or other files.
  private func members(of shape: [String: Any]) -> [String: Any] {
    (shape["properties"] as? [String: Any] ?? [:]).filter {
      !["extends", "variants"].contains($0.key)
    }
  }

  /// Values of a shape, each complete, that together have everything in it once.
  private func values(of shape: Any?) -> [Any] {
    let shape = resolved(shape)
    if let choices = shape["enum"] as? [Any] { return choices }
    if let shapes = shape["anyOf"] as? [Any] { return shapes.flatMap { values(of: $0) } }
    if let shapes = shape["allOf"] as? [Any] {
      // Of ranges, the largest minimum is in all of them.
      let minima = shapes.compactMap { resolved($0)["minimum"] as? NSNumber }
      if minima.count == shapes.count,
        let common = minima.max(by: { $0.doubleValue < $1.doubleValue })
      {
        return [common]
      }
      return Array(values(of: shapes.first).prefix(1))
    }
    switch shape["type"] as? String {
    case "boolean": return [true, false]
    case "integer", "number": return [shape["minimum"], shape["maximum"]].compactMap { $0 }
    case "array": return values(of: shape["items"]).map { [$0] }
    case "object": return objects(of: shape)
    default: return shape["examples"] as? [Any] ?? ["some text"]
    }
  }

  private func objects(of shape: [String: Any]) -> [Any] {
    let required = (shape["required"] as? [String] ?? []).reduce(into: [String: Any]()) {
      $0[$1] = values(of: members(of: shape)[$1]).first
    }
    let known = members(of: shape).flatMap { key, member in
      values(of: member).map { value in required.merging([key: value]) { $1 } }
    }
    // Beside known keys, own names are those of variants, which take their method's settings only.
    guard known.isEmpty, let others = shape["additionalProperties"] as? [String: Any] else {
      return known
    }
    let names = values(of: shape["propertyNames"]) as? [String] ?? ["own-name"]
    // All names take the same values. The first has every one, the others one each: all with all
    // would be tens of thousands of files.
    let all = values(of: others)
    return all.map { [names[0]: $0] }
      + names.dropFirst().flatMap { name in all.prefix(1).map { [name: $0] } }
  }

  /// Values of a shape that have `key` where the shape takes only keys of its own.
  private func values(of shape: Any?, adding key: String) -> [Any] {
    let shape = resolved(shape)
    if let shapes = shape["anyOf"] as? [Any] {
      return shapes.flatMap { values(of: $0, adding: key) }
    }
    if shape["type"] as? String == "array" {
      return values(of: shape["items"], adding: key).map { [$0] }
    }
    guard shape["type"] as? String == "object" else { return [] }
    let deeper = members(of: shape).flatMap { name, member in
      values(of: member, adding: key).map { [name: $0] }
    }
    guard let others = shape["additionalProperties"] as? [String: Any] else {
      return deeper + [[key: 1]]
    }
    let names = resolved(shape["propertyNames"])["enum"] as? [String]
    return deeper + values(of: others, adding: key).map { [names?.first ?? "own-name": $0] }
      + (names == nil ? [] : [[key: 1]])
  }
}
