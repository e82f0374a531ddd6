import Core
import Foundation

/// Files of named tensors in the safetensors format: eight bytes with the header's length, a JSON
/// header (type, shape and byte range of each tensor), and the bytes. Python reads them with
/// `safetensors.torch.load_file`.
///
/// ```swift
/// try SafeTensors.write(network.state, to: "network.safetensors")
/// try network.load(SafeTensors.read("network.safetensors").tensors)
/// ```
public enum SafeTensors {
  /// In the metadata: SHA-256 of the header without it, and of the bytes.
  private static let checksum = "sha256"

  /// Writes tensors, free text under `__metadata__` and a checksum; the file exists only whole.
  /// - Throws: `TorchError` for a tensor that is neither float32, int64 nor uint8, or that has failed, and
  ///   `FileError` if the file cannot be written.
  public static func write(
    _ tensors: [NamedTensor], metadata: [String: String] = [:], to path: String
  ) throws {
    var header: [String: Any] = ["__metadata__": metadata]
    var body = Data()
    for (name, tensor) in tensors {
      let format = try Format(of: tensor, name: name)
      let start = body.count
      body.append(try format.bytes(of: tensor))
      header[name] = [
        "dtype": format.rawValue, "shape": tensor.shape, "data_offsets": [start, body.count],
      ]
    }
    header["__metadata__"] = metadata.merging([checksum: try digest(header, body)]) { $1 }
    var json = try canonical(header)
    // The format asks for a header whose end is aligned to eight bytes, padded with spaces.
    json.append(Data(repeating: 0x20, count: (8 - json.count % 8) % 8))
    var file = Data()
    withUnsafeBytes(of: UInt64(json.count).littleEndian) { file.append(contentsOf: $0) }
    file.append(json)
    file.append(body)
    try AtomicFile.write(file, to: path)
  }

  private static func canonical(_ header: [String: Any]) throws -> Data {
    try JSONSerialization.data(
      withJSONObject: header, options: [.sortedKeys, .withoutEscapingSlashes])
  }

  private static func digest(_ header: [String: Any], _ body: Data) throws -> String {
    var hash = SHA256Hash()
    hash.update([UInt8](try canonical(header)))
    hash.update(body)
    return hash.hexadecimal
  }

  /// Reads a whole file.
  /// - Parameter requiresChecksum: whether a file without a checksum is refused. Those of other programs
  ///   have none.
  /// - Throws: `SafeTensorsError` where the file is not whole, not of this format, or not what its
  ///   checksum says.
  public static func read(
    _ path: String, requiresChecksum: Bool = false
  ) throws -> (tensors: [String: Tensor], metadata: [String: String]) {
    guard let file = FileManager.default.contents(atPath: path) else {
      throw SafeTensorsError(path: path, reason: "it cannot be read")
    }
    func damaged(_ reason: String) -> SafeTensorsError {
      SafeTensorsError(path: path, reason: reason)
    }
    let end = try endOfHeader(file.prefix(8), fileSize: file.count, path)
    let header = try header(file[8..<end], path)
    var metadata = header["__metadata__"] as? [String: String] ?? [:]
    if let written = metadata.removeValue(forKey: checksum) {
      let unsigned = header.merging(["__metadata__": metadata]) { $1 }
      guard try digest(unsigned, file[end...]) == written else {
        throw damaged("its content is not what its checksum says")
      }
    } else if requiresChecksum {
      throw damaged("it has no checksum")
    }
    var tensors: [String: Tensor] = [:]
    for (name, value) in header where name != "__metadata__" {
      guard
        let entry = value as? [String: Any], let type = entry["dtype"] as? String,
        let shape = entry["shape"] as? [Int], let offsets = entry["data_offsets"] as? [Int],
        offsets.count == 2, shape.allSatisfy({ $0 >= 0 })
      else { throw damaged("the entry '\(name)' of its header is malformed") }
      guard let format = Format(rawValue: type) else {
        throw damaged("the tensor '\(name)' has the type \(type), which is not read here")
      }
      let (start, stop) = (offsets[0], offsets[1])
      guard start >= 0, start <= stop, stop <= file.count - end else {
        throw damaged("it breaks off within the tensor '\(name)'")
      }
      guard let tensor = format.tensor(file[(end + start)..<(end + stop)], shape) else {
        throw damaged("the tensor '\(name)' does not fill its shape \(shape)")
      }
      tensors[name] = tensor
    }
    try TorchError.throwRecorded()
    return (tensors, metadata)
  }

  /// Reads the metadata alone, without the tensors and without examining the checksum.
  ///
  /// ```swift
  /// try SafeTensors.metadata(of: "encoder.safetensors")["image_size"]   // "32"
  /// ```
  ///
  /// - Throws: `SafeTensorsError` where the file ends within its header or is not of this format.
  public static func metadata(of path: String) throws -> [String: String] {
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw SafeTensorsError(path: path, reason: "it cannot be read")
    }
    defer { try? file.close() }
    let size = Int(try file.seekToEnd())
    try file.seek(toOffset: 0)
    let end = try endOfHeader(try file.read(upToCount: 8) ?? Data(), fileSize: size, path)
    var metadata =
      try header(try file.read(upToCount: end - 8) ?? Data(), path)["__metadata__"]
      as? [String: String] ?? [:]
    metadata[checksum] = nil
    return metadata
  }

  /// Where the tensors' bytes begin.
  /// - Parameter start: the first eight bytes, the header's length.
  private static func endOfHeader(_ start: Data, fileSize: Int, _ path: String) throws -> Int {
    guard start.count == 8 else {
      throw SafeTensorsError(
        path: path, reason: "it has \(start.count) bytes, fewer than a header")
    }
    let length = start.enumerated().reduce(UInt64(0)) {
      $0 | UInt64($1.element) << UInt64(8 * $1.offset)
    }
    guard length <= UInt64(fileSize - 8) else {
      throw SafeTensorsError(path: path, reason: "it breaks off within its header")
    }
    return 8 + Int(length)
  }

  private static func header(_ json: Data, _ path: String) throws -> [String: Any] {
    guard
      let object = try? JSONSerialization.jsonObject(with: json),
      let header = object as? [String: Any]
    else { throw SafeTensorsError(path: path, reason: "its header is not JSON") }
    return header
  }

  /// The element types that are written here, under their names in the format.
  private enum Format: String {
    case float32 = "F32"
    case int64 = "I64"
    case uint8 = "U8"

    init(of tensor: Tensor, name: String) throws {
      if let error = tensor.error { throw error }
      switch tensor.dtype {
      case .float32: self = .float32
      case .int64: self = .int64
      case .uint8: self = .uint8
      default: throw TorchError(message: "the tensor '\(name)' is of a type that is not saved")
      }
    }

    func bytes(of tensor: Tensor) throws -> Data {
      switch self {
      case .float32: try tensor.floats().withUnsafeBytes { Data($0) }
      case .int64: try tensor.integers().withUnsafeBytes { Data($0) }
      case .uint8: Data(try tensor.bytes())
      }
    }

    /// Nil where the bytes do not fill the shape.
    func tensor(_ bytes: Data, _ shape: [Int]) -> Tensor? {
      func values<Element>(_ zero: Element) -> [Element]? {
        let count = bytes.count / MemoryLayout<Element>.stride
        // A damaged header may name a shape beyond any integer.
        guard elementCount(of: shape) == count, bytes.count % MemoryLayout<Element>.stride == 0
        else {
          return nil
        }
        return [Element](unsafeUninitializedCapacity: count) { buffer, initialised in
          _ = bytes.copyBytes(to: buffer)
          initialised = count
        }
      }
      switch self {
      case .float32: return values(Float(0)).map { Tensor($0, shape: shape) }
      case .int64: return values(Int(0)).map { Tensor($0).reshaped(shape) }
      case .uint8: return values(UInt8(0)).map { Tensor($0, shape: shape) }
      }
    }
  }
}

/// A file that is not a whole safetensors file.
///
///     do {
///       try network.load(SafeTensors.read("network.safetensors").tensors)
///     } catch let error as SafeTensorsError {
///       print(error.reason)
///     }
public struct SafeTensorsError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file.
  public let path: String
  /// What is wrong with it.
  public let reason: String

  public init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }

  public var description: String { "'\(path)' is damaged: \(reason)" }
}
