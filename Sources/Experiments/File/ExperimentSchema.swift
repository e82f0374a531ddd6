import Core
import Foundation
import Methods

/// The JSON Schema (draft 2020-12) of experiment files, for editors to complete and check them.
///
///     let text = try ExperimentSchema(registry: .builtIn).text()
///
/// It is made of the same `SectionSchema`s that the reader uses. Rules that depend on other parts
/// of a file or on other files are left to the reader.
package struct ExperimentSchema {
  private let context: FileContext

  /// - Parameters:
  ///   - registry: the methods that a file can name, with their settings.
  ///   - data: the folder of the benchmark files, whose own benchmarks a file can name; nil for none.
  package init(registry: MethodRegistry, data: String? = nil) {
    var context = FileContext(registry: registry)
    context.ownBenchmarks = data.map { BenchmarkFolder($0).ownBenchmarks } ?? []
    self.context = context
  }

  /// The schema as a JSON file: sorted keys, two spaces, a line break at the end.
  package func text() throws -> String {
    let json = try JSONEncoder.sorted(pretty: true).encode(schema)
    return String(decoding: json, as: UTF8.self) + "\n"
  }

  /// The keys of a file; either `benchmarks` and `methods` or `extends` is required. Where the file
  /// names none of its own, every row is a registered method and every benchmark a known one.
  private var schema: JSONValue {
    let file = FileHead.shape(context)
    let complete: JSONValue = ["required": ["benchmarks", "methods"]]
    let extending: JSONValue = ["required": ["extends"]]
    return file.json.adding([
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "Experiment file of scl",
      "description": "See docs/experiments.md.",
      "$defs": .object(file.definitions),
      "anyOf": [complete, extending],
      "allOf": [
        known("methods", context.methods, without: "variants"),
        known("benchmarks", context.benchmarks, without: "own_benchmarks"),
      ],
    ])
  }

  /// The list `key` has these names alone where neither `source` nor another file gives more.
  private func known(_ key: String, _ names: [String], without source: String) -> JSONValue {
    [
      "if": ["not": ["anyOf": [["required": [.string(source)]], ["required": ["extends"]]]]],
      "then": ["properties": .object([key: ["items": ValueShape.choice(names).json]])],
    ]
  }
}
