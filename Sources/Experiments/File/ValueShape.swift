import Benchmarks
import Core
import Domain
import Methods

/// What an experiment file accepts in a place; the JSON Schema is made of these.
package indirect enum ValueShape: Sendable {
  case text
  /// Text that matches a regular expression, such as the example.
  case pattern(String, example: String)
  case integer(ClosedRange<Int>)
  case number(ClosedRange<Double>)
  case boolean
  case choice([String])
  /// A list without repetitions.
  case list(ValueShape, atLeast: Int)
  /// A mapping with these keys and no others.
  case keys([KeyDescription], required: [String])
  /// A mapping from some of these names, each to the same.
  case names([String], ValueShape)
  /// A mapping from names of the author's own.
  case ownNames(ValueShape)
  case either([ValueShape])
  /// One of the schema's definitions.
  case definition(String)
}

extension ValueShape {
  /// A name of the author's own.
  static let ownName = Self.pattern("^[a-z0-9-]+$", example: "own-name")
}

/// A key as documentation and tools see it.
package struct KeyDescription: Sendable {
  let name: String
  let documentation: String
  let shape: ValueShape
}

/// The keys of one section of an experiment file.
///
/// The reader knows these keys and no others, and the JSON Schema describes them: a key that is added
/// here has to be read, or the reader does not compile.
protocol FileKey: RawRepresentable<String>, CaseIterable, Sendable {
  var documentation: String { get }
  func shape(_ names: KnownNames) -> ValueShape
}

extension FileKey {
  static var names: [String] { allCases.map(\.rawValue) }

  static func descriptions(_ names: KnownNames) -> [KeyDescription] {
    allCases.map {
      KeyDescription(
        name: $0.rawValue, documentation: $0.documentation, shape: $0.shape(names))
    }
  }
}

/// The names that experiment files can use.
struct KnownNames: Sendable {
  let registry: MethodRegistry
  var executors = ExecutorRegistry.current
  /// Benchmarks of the user's own images.
  var ownBenchmarks: [String] = []
  /// Where files of these were looked for; nil for nowhere.
  var data: String?

  var benchmarks: [String] { BenchmarkDefinition.all.map(\.name) + ownBenchmarks }
  var methods: [String] { registry.names }
  /// The keys of the sections that a file and its profiles share.
  var sections: [String] { SectionKey.names + executors.names }

  var sectionDescriptions: [KeyDescription] {
    SectionKey.descriptions(self)
      + executors.names.map { name in
        KeyDescription(
          name: name, documentation: "What '--executor \(name)' asks for.",
          shape: .definition(name))
      }
  }
}
