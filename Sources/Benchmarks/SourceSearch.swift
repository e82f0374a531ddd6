import Foundation

/// Finds out which form of original files a path holds, itself or one folder level down.
struct SourceSearch {
  let form: SourceForm
  let folder: String

  init(_ definition: BenchmarkDefinition, _ path: String) throws(BenchmarkError) {
    guard definition.hasAdapter else { throw .noAdapter(benchmark: definition.name) }
    guard FileManager.default.fileExists(atPath: path) else { throw .missing(path: path) }
    guard isFolder(path) else {
      throw .unrecognised(
        path: path, benchmark: definition.name,
        reason: "it is a file; unpack it and name the folder")
    }
    let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    if let form = Self.form(of: path, definition) {
      self.form = form
      folder = path
      return
    }
    var found: [(form: SourceForm, folder: String)] = []
    for entry in try entries(of: path) where isFolder("\(path)/\(entry)") {
      if let form = Self.form(of: "\(path)/\(entry)", definition) {
        found.append((form, "\(path)/\(entry)"))
      }
    }
    guard let first = found.first, found.count == 1 else {
      throw .unrecognised(
        path: path, benchmark: definition.name,
        reason: found.isEmpty
          ? try Self.advice(for: path, definition)
          : "several of its folders could be meant "
            + "(\(found.map(\.folder).joined(separator: ", "))); name one")
    }
    form = first.form
    folder = first.folder
  }

  private static func form(of folder: String, _ definition: BenchmarkDefinition) -> SourceForm? {
    definition.sourceForms.first { $0.adapter.recognises(folder, as: definition) }
  }

  /// What most likely is wrong with a folder that holds no known form.
  private static func advice(
    for path: String, _ definition: BenchmarkDefinition
  ) throws(BenchmarkError) -> String {
    let names = try entries(of: path)
    if names.contains(where: definition.classNames.contains) {
      return "it holds class folders but no train/ and test/; name the folder above those two"
    }
    if names.contains("data_batch_1") || names.contains("cifar-10-batches-py") {
      return "the Python version is not read; get the binary version (cifar-10-binary.tar.gz)"
    }
    if let archive = names.first(where: { $0.hasSuffix(".tar.gz") || $0.hasSuffix(".zip") }) {
      return "unpack \(archive) first"
    }
    let forms = definition.sourceForms.map { $0.adapter.expectation(of: definition) }
    return "expected \(forms.joined(separator: ", or "))"
  }
}
