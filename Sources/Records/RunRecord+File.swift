extension RunRecord {
  /// Reads `run.json`.
  /// - Throws: `RecordError` that names the file and the key.
  public static func read(from path: String) throws(RecordError) -> RunRecord {
    let found = try JSONFile.read(Layout.self, from: path).schema
    guard found == currentSchema else {
      throw RecordError.wrongSchema(file: path, found: found, expected: currentSchema)
    }
    return try JSONFile.read(RunRecord.self, from: path) { record throws(ValueOutOfRange) in
      try record.checkRanges()
    }
  }

  /// Writes `run.json`, whole or not at all: keys sorted, one a line.
  /// - Throws: `RecordError` for a number that is not finite; `FileError`.
  public func write(to path: String) throws {
    try JSONFile.write(self, to: path)
  }

  /// What every layout has.
  private struct Layout: Decodable {
    let schema: Int
  }
}

extension RunFailure {
  /// Reads `failed.json`.
  /// - Throws: `RecordError` that names the file and the key.
  public static func read(from path: String) throws(RecordError) -> RunFailure {
    try JSONFile.read(RunFailure.self, from: path) { failure throws(ValueOutOfRange) in
      try failure.checkRanges()
    }
  }

  /// Writes `failed.json`, whole or not at all.
  /// - Throws: `FileError`.
  public func write(to path: String) throws {
    try JSONFile.write(self, to: path)
  }
}
