import Benchmarks
import Domain
import Foundation
import Rehearsal

/// The folder of the benchmark files: `BENCHMARK.h5` for each prepared benchmark.
package struct BenchmarkFolder: Sendable {
  package let path: String

  package init(_ path: String) {
    self.path = path
  }

  /// The path of a benchmark's file, which need not exist.
  package func file(of definition: BenchmarkDefinition) -> String {
    file(named: definition.name)
  }

  /// The file of a benchmark by its name, which need not be registered.
  package func file(named name: String) -> String {
    "\(path)/\(name).h5"
  }

  /// Whether the benchmark is prepared.
  package func hasFile(of definition: BenchmarkDefinition) -> Bool {
    FileManager.default.fileExists(atPath: file(of: definition))
  }

  /// The benchmarks of the user's own images: names of files that are no registered benchmark's.
  package var ownBenchmarks: [String] {
    let known = Set(BenchmarkDefinition.all.map(\.name))
    let files = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return files.filter { $0.hasSuffix(".h5") }.map { String($0.dropLast(3)) }
      .filter { !known.contains($0) }.sorted()
  }

  /// The definition of a benchmark; for a user's own, as its file states it.
  /// - Throws: `BenchmarkError.unknownBenchmark` if there is neither a definition nor a file.
  package func definition(named name: String) throws(BenchmarkError) -> BenchmarkDefinition {
    let known = BenchmarkDefinition.all.first { $0.name == name }
    guard FileManager.default.fileExists(atPath: file(named: name)) else {
      guard let known else { return try .named(name) }
      return known
    }
    let info = try BenchmarkFile.open(file(named: name)).info
    return known?.with(classesOf: info) ?? BenchmarkDefinition(info)
  }

  /// Creates the original files of a rehearsal and prepares its benchmark file from them, as for any other
  /// original files.
  /// - Parameter file: the benchmark file to write; nil for the default one in this folder.
  /// - Throws: `BenchmarkError.notRehearsal` for any other benchmark.
  package func createRehearsal(
    _ definition: BenchmarkDefinition, to file: String? = nil,
    options: PreparationOptions = PreparationOptions(),
    report: @escaping (PreparationStep) -> Void = { _ in }
  ) throws -> BenchmarkSummary {
    guard definition.isRehearsal else {
      throw BenchmarkError.notRehearsal(benchmark: definition.name)
    }
    let originals = try RehearsalGenerator().write(
      definition, to: "\(path)/originals/\(definition.name)")
    return try BenchmarkPreparation.prepare(
      definition, from: originals, to: file ?? self.file(of: definition), options: options,
      report: report)
  }

  /// The command that prepares the benchmark, for messages.
  func remedy(for definition: BenchmarkDefinition) -> String {
    if definition.isRehearsal { return "'scl data prepare \(definition.name)' creates it" }
    let form = definition.isOwn ? " --as folders" : ""
    return "run 'scl data prepare \(definition.name)\(form) --from PATH'"
  }
}
