import Core
import Foundation

/// The JSON of records. Equal values give equal bytes: keys are sorted, and every number reads back
/// as the same double.
enum JSONFile {
  /// Reads a value.
  /// - Throws: `RecordError.unreadable`; `.malformed` with the key that is missing or has a wrong
  ///   type.
  static func read<Value: Decodable>(
    _ type: Value.Type, from path: String
  ) throws(RecordError) -> Value {
    let data = try RecordFile.contents(of: path)
    do {
      return try JSONDecoder().decode(type, from: data)
    } catch let error as DecodingError {
      throw RecordError(error, in: path)
    } catch {
      throw RecordError.malformed(file: path, key: "", problem: "is not JSON")
    }
  }

  /// Reads a value and checks its ranges.
  /// - Parameter check: throws for a value that no run can have written.
  /// - Throws: `RecordError`, with the file and the key.
  static func read<Value: Decodable>(
    _ type: Value.Type, from path: String, _ check: (Value) throws(ValueOutOfRange) -> Void
  ) throws(RecordError) -> Value {
    let value = try read(type, from: path)
    do throws(ValueOutOfRange) {
      try check(value)
    } catch {
      throw RecordError.malformed(file: path, key: error.key, problem: error.problem)
    }
    return value
  }

  /// Writes a value atomically, indented, with a newline at the end.
  /// - Throws: `FileError`; `RecordError.notFinite` with the key.
  static func write(_ value: some Encodable, to path: String) throws {
    try AtomicFile.write(encode(value, .sorted(pretty: true)) + Data("\n".utf8), to: path)
  }

  /// The value on one line without spaces, for hashing and for files that only programs read.
  /// - Throws: `RecordError.notFinite` with the key.
  static func canonical(_ value: some Encodable) throws -> Data {
    try encode(value, .sorted())
  }

  private static func encode(
    _ value: some Encodable, _ encoder: JSONEncoder
  ) throws -> Data {
    do {
      return try encoder.encode(value)
    } catch EncodingError.invalidValue(_, let context) {
      throw RecordError.notFinite(key: name(of: context.codingPath))
    }
  }

  /// The place of a value in words: "metrics.nmi", "clusterSizes[2]".
  fileprivate static func name(of path: [any CodingKey]) -> String {
    path.reduce("") { name, key in
      if let index = key.intValue { return name + "[\(index)]" }
      return name.isEmpty ? key.stringValue : name + "." + key.stringValue
    }
  }
}

extension RecordError {
  /// Translates the decoder's error, with the place of the value.
  fileprivate init(_ error: DecodingError, in file: String) {
    switch error {
    case .keyNotFound(let key, let context):
      self = .malformed(
        file: file, key: JSONFile.name(of: context.codingPath + [key]), problem: "is missing")
    case .valueNotFound(_, let context):
      self = .malformed(
        file: file, key: JSONFile.name(of: context.codingPath), problem: "has no value")
    case .typeMismatch(let type, let context):
      self = .malformed(
        file: file, key: JSONFile.name(of: context.codingPath), problem: "is not of type \(type)")
    case .dataCorrupted(let context):
      self = .malformed(
        file: file, key: JSONFile.name(of: context.codingPath),
        problem: context.codingPath.isEmpty ? "is not JSON" : "has a value that is not known")
    @unknown default:
      self = .malformed(file: file, key: "", problem: "\(error)")
    }
  }
}
