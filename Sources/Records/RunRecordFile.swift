extension RunRecord {
  /// Reads and checks `run.json`.
  /// - Throws: `RecordError`, with the file and the key: `.unreadable`, `.wrongSchema` for another
  ///   layout, `.malformed` for a missing key or a value that no run can have, such as an accuracy
  ///   of 5.
  package static func read(from path: String) throws(RecordError) -> RunRecord {
    let found = try JSONFile.read(Layout.self, from: path).schema
    guard found == currentSchema else {
      throw RecordError.wrongSchema(file: path, found: found, expected: currentSchema)
    }
    return try JSONFile.read(RunRecord.self, from: path) { record throws(ValueOutOfRange) in
      try record.checkRanges()
    }
  }

  /// Writes `run.json` atomically, with sorted keys, one a line.
  /// - Throws: `RecordError.notFinite` for NaN or an infinite number; `FileError`.
  package func write(to path: String) throws {
    try JSONFile.write(self, to: path)
  }

  /// The key that every layout has. It is read first, so that a record of another layout is not
  /// reported as one with missing keys.
  private struct Layout: Decodable {
    let schema: Int
  }
}

extension RunFailure {
  /// Reads and checks `failed.json`.
  /// - Throws: `RecordError`, with the file and the key.
  package static func read(from path: String) throws(RecordError) -> RunFailure {
    try JSONFile.read(RunFailure.self, from: path) { failure throws(ValueOutOfRange) in
      try failure.checkRanges()
    }
  }

  /// Writes `failed.json` atomically.
  /// - Throws: `FileError`.
  package func write(to path: String) throws {
    try JSONFile.write(self, to: path)
  }
}
