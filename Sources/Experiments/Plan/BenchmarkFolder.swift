import Benchmarks
import Domain
import Foundation

/// The folder of the benchmark files.
public struct BenchmarkFolder: Sendable {
  public let path: String

  public init(_ path: String) {
    self.path = path
  }

  public func file(of definition: BenchmarkDefinition) -> String {
    file(named: definition.name)
  }

  /// The file of a benchmark that may have no definition but what its file says.
  public func file(named name: String) -> String {
    "\(path)/\(name).h5"
  }

  public func hasFile(of definition: BenchmarkDefinition) -> Bool {
    FileManager.default.fileExists(atPath: file(of: definition))
  }

  /// The names of the files that are no known benchmark's: those made of a user's own images.
  public var ownBenchmarks: [String] {
    let known = Set(BenchmarkDefinition.all.map(\.name))
    let files = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return files.filter { $0.hasSuffix(".h5") }.map { String($0.dropLast(3)) }
      .filter { !known.contains($0) }.sorted()
  }

  /// What a benchmark consists of; of a user's own, what its file says.
  /// - Throws: `BenchmarkError.unknownBenchmark` where there is neither a definition nor a file.
  public func definition(named name: String) throws(BenchmarkError) -> BenchmarkDefinition {
    let known = BenchmarkDefinition.all.first { $0.name == name }
    guard FileManager.default.fileExists(atPath: file(named: name)) else {
      guard let known else { return try .named(name) }
      return known
    }
    let info = try BenchmarkFile.open(file(named: name)).info
    return known?.with(classesOf: info) ?? BenchmarkDefinition(info)
  }

  /// Makes the file of a benchmark whose original files this program can generate: the originals
  /// first, in the benchmark's true layout, then through the same adapter as anybody's files.
  /// - Throws: `BenchmarkError.noGenerator` for any other benchmark.
  /// - Parameter file: the benchmark file to make; nil for this folder's.
  public func generate(
    _ definition: BenchmarkDefinition, to file: String? = nil,
    options: PreparationOptions = PreparationOptions(),
    report: @escaping (PreparationStep) -> Void = { _ in }
  ) throws -> BenchmarkSummary {
    guard definition.isRehearsal else {
      throw BenchmarkError.noGenerator(benchmark: definition.name)
    }
    let originals = try RehearsalGenerator().write(
      definition, to: "\(path)/originals/\(definition.name)")
    return try BenchmarkPreparation.prepare(
      definition, from: originals, to: file ?? self.file(of: definition), options: options,
      report: report)
  }

  /// What a user has to do to get the file.
  func remedy(for definition: BenchmarkDefinition) -> String {
    definition.isRehearsal
      ? "'scl data prepare \(definition.name)' generates it"
      : "run 'scl data prepare \(definition.name) --from PATH'"
  }
}
