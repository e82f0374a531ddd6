import Domain

/// The names of CIFAR's files, which both versions share but for their ends, and what their labels have
/// to be. With fine classes it is CIFAR-100's layout, otherwise CIFAR-10's.
struct CIFARFiles {
  let definition: BenchmarkDefinition
  /// ".bin" in the binary version, nothing in the python version.
  let suffix: String

  private var trainingFiles: [String] {
    definition.fineClasses == nil
      ? (1...5).map { "data_batch_\($0)\(suffix)" } : ["train\(suffix)"]
  }

  private var testFile: String {
    (definition.fineClasses == nil ? "test_batch" : "test") + suffix
  }

  /// The batch files in the order of their images, with how many a complete one has.
  var batches: [(name: String, split: Split, expected: Int)] {
    trainingFiles.map {
      ($0, .train, definition.counts.train / trainingFiles.count)
    } + [(testFile, .test, definition.counts.test)]
  }

  var expectation: String {
    (trainingFiles + [testFile]).joined(separator: ", ")
  }

  func areIn(_ root: SourceRoot) throws(BenchmarkError) -> Bool {
    for batch in batches where try root.isFile(batch.name) { return true }
    return false
  }

  /// Refuses a list of classes that is another benchmark's.
  func check(
    _ found: [String]?, are expected: [String]?, in file: String
  ) throws(BenchmarkError) {
    guard let found, let expected, found != expected else { return }
    throw .wrongClassNames(file: file, expected: expected, found: found)
  }

  /// Refuses labels out of range, and a fine label of another superclass.
  func check(
    label: Int, fine: Int?, file: String, record: Int
  ) throws(BenchmarkError) {
    guard (0..<definition.classCount).contains(label) else {
      throw .labelOutOfRange(
        file: file, record: record, label: label, allowed: 0...definition.classCount - 1)
    }
    guard let classes = definition.fineClasses, let fine else { return }
    guard classes.names.indices.contains(fine) else {
      throw .labelOutOfRange(
        file: file, record: record, label: fine, allowed: 0...classes.names.count - 1)
    }
    guard classes.superclasses[fine] == label else {
      throw .contradictoryLabels(
        file: file, record: record, fine: classes.names[fine],
        stated: definition.classNames[label],
        expected: definition.classNames[classes.superclasses[fine]])
    }
  }
}
