import Core
import Foundation
import Testing
import Torch

extension TorchTests {
  @Suite final class SafeTensorsFiles {
    private let folder: String

    init() throws {
      folder = NSTemporaryDirectory() + "torch-tests-\(UUID().uuidString)"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private func file(_ name: String, _ bytes: Data) throws -> String {
      let path = "\(folder)/\(name)"
      try bytes.write(to: URL(fileURLWithPath: path))
      return path
    }

    /// A file with this header and body.
    private func file(header: String, body: [UInt8]) throws -> String {
      var bytes = Data()
      withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { bytes.append(contentsOf: $0) }
      bytes.append(contentsOf: Array(header.utf8) + body)
      return try file("header.safetensors", bytes)
    }

    /// Written by Python's safetensors 0.8 with numpy: `weight`, `steps`, `image` and metadata.
    private static let fromPython =
      Data(
        base64Encoded: """
          8AAAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJub3RlIjoibWFkZSBieSBQeXRob24iLCJmb3JtYXQiOiJwdCJ9LCJzdG\
          VwcyI6eyJkdHlwZSI6Ikk2NCIsInNoYXBlIjpbMl0sImRhdGFfb2Zmc2V0cyI6WzAsMTZdfSwid2VpZ2h0Ijp7ImR0\
          eXBlIjoiRjMyIiwic2hhcGUiOlsyLDNdLCJkYXRhX29mZnNldHMiOlsxNiw0MF19LCJpbWFnZSI6eyJkdHlwZSI6Il\
          U4Iiwic2hhcGUiOlszXSwiZGF0YV9vZmZzZXRzIjpbNDAsNDNdfX0gICAgICAHAAAAAAAAAP//////////AADAPwAA\
          AMAAAFBAAAAAAAAA4EAAAABBAID/
          """) ?? Data()

    @Test func `A file written by Python's safetensors is read`() throws {
      let read = try SafeTensors.read(file("python.safetensors", Self.fromPython))
      #expect(read.tensors.keys.sorted() == ["image", "steps", "weight"])
      #expect(read.tensors["weight"]?.shape == [2, 3])
      #expect(try read.tensors["weight"]?.floats() == [1.5, -2, 3.25, 0, 7, 8])
      #expect(try read.tensors["steps"]?.integers() == [7, -1])
      #expect(try read.tensors["image"]?.bytes() == [0, 128, 255])
      #expect(read.metadata == ["format": "pt", "note": "made by Python"])
      #expect(
        try SafeTensors.metadata(of: folder + "/python.safetensors") == read.metadata)
    }

    @Test func `A file without a checksum is refused where one is required`() throws {
      let path = try file("python.safetensors", Self.fromPython)
      #expect(throws: SafeTensorsError(path: path, reason: "it has no checksum")) {
        try SafeTensors.read(path, requiresChecksum: true)
      }
      try SafeTensors.write([("x", tensor([1], [1]))], to: path)
      #expect(try SafeTensors.read(path, requiresChecksum: true).tensors.count == 1)
    }

    @Test func `Tensors, names and metadata come back as they were written`() throws {
      let path = folder + "/new/written.safetensors"
      let weight = Tensor((0..<120).map { Float($0) / 7 }, shape: [2, 3, 4, 5])
      try SafeTensors.write(
        [
          ("layer1.0.weight", weight), ("moved", weight.channelsLast()),
          ("index", Tensor([-1, 0, 1 << 40])), ("empty", Tensor([Float](), shape: [0, 3])),
        ], metadata: ["progress": "{\"a\": \"ä\"}"], to: path)
      let read = try SafeTensors.read(path)
      #expect(read.tensors.count == 4)
      #expect(try read.tensors["layer1.0.weight"]?.floats() == weight.floats())
      #expect(try read.tensors["moved"]?.floats() == weight.floats())
      #expect(read.tensors["moved"]?.shape == [2, 3, 4, 5])
      #expect(try read.tensors["index"]?.integers() == [-1, 0, 1 << 40])
      #expect(read.tensors["empty"]?.shape == [0, 3])
      #expect(read.metadata == ["progress": "{\"a\": \"ä\"}"])
      #expect(try SafeTensors.metadata(of: path) == read.metadata)
    }

    @Test func `Metadata alone are read of a file whose header is whole`() throws {
      let metadata = "{\"__metadata__\":{\"a\":\"b\"},\"x\":{\"dtype\":\"F32\"}}"
      let broken = try file(header: metadata, body: [])
      #expect(try SafeTensors.metadata(of: broken) == ["a": "b"])
      for bytes in [Data(), Data([200, 0, 0, 0, 0, 0, 0, 0, 123]), Data(repeating: 0, count: 8)] {
        let path = try file("damaged.safetensors", bytes)
        #expect(throws: SafeTensorsError.self) { try SafeTensors.metadata(of: path) }
      }
      #expect(throws: SafeTensorsError.self) {
        try SafeTensors.metadata(of: folder + "/none.safetensors")
      }
    }

    @Test func `The layout is a length, a JSON header and the bytes`() throws {
      let path = folder + "/layout.safetensors"
      try SafeTensors.write([("x", tensor([1], [1])), ("y", Tensor([2]))], to: path)
      let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
      let length = Int(bytes[0]) + Int(bytes[1]) << 8
      #expect(bytes[2..<8].allSatisfy { $0 == 0 } && length % 8 == 0)
      let header = try JSONSerialization.jsonObject(with: Data(bytes[8..<(8 + length)]))
      let entries = try #require(header as? [String: [String: Any]])
      #expect(entries["x"]?["dtype"] as? String == "F32")
      #expect(entries["x"]?["data_offsets"] as? [Int] == [0, 4])
      #expect(entries["y"]?["dtype"] as? String == "I64")
      #expect(entries["y"]?["data_offsets"] as? [Int] == [4, 12])
      // 1.0 is 0x3F800000; then 2 in eight bytes, little-endian both.
      #expect(bytes[(8 + length)...] == [0, 0, 0x80, 0x3F, 2, 0, 0, 0, 0, 0, 0, 0])
    }

    @Test func `A file cut short anywhere is refused by name`() throws {
      for count in 0..<Self.fromPython.count {
        let path = try file("cut.safetensors", Self.fromPython.prefix(count))
        let error = #expect(throws: SafeTensorsError.self, "cut after \(count) bytes") {
          try SafeTensors.read(path)
        }
        #expect(error?.path == path)
        #expect(error?.description.contains("'\(path)' is damaged: ") == true)
      }
    }

    @Test(arguments: [
      ("no JSON", "header is not JSON"),
      (#"{"x": 3}"#, "entry 'x' of its header is malformed"),
      (#"{"x": {"dtype": "F16", "shape": [1], "data_offsets": [0, 2]}}"#, "type F16"),
      (#"{"x": {"dtype": "F32", "shape": [3], "data_offsets": [0, 4]}}"#, "fill its shape [3]"),
      (#"{"x": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}"#, "malformed"),
      (#"{"x": {"dtype": "F32", "shape": [2], "data_offsets": [4, 12]}}"#, "breaks off within"),
      (#"{"x": {"dtype": "F32", "shape": [1], "data_offsets": [4, 0]}}"#, "breaks off within"),
      (
        #"{"x": {"dtype": "F32", "shape": [4611686018427387904, 4], "data_offsets": [0, 8]}}"#,
        "fill its shape"
      ),
    ])
    func `A damaged header is refused`(_ header: String, _ problem: String) throws {
      let path = try file(header: header, body: [0, 0, 0, 0, 0, 0, 0, 0])
      let error = #expect(throws: SafeTensorsError.self) { try SafeTensors.read(path) }
      #expect(error?.path == path)
      #expect(error?.reason.contains(problem) == true, "\(error?.reason ?? "")")
    }

    @Test func `A header's length beyond the file is refused`() throws {
      let path = try file("long.safetensors", Data([UInt8](repeating: 0xFF, count: 16)))
      #expect(throws: SafeTensorsError.self) { try SafeTensors.read(path) }
    }

    @Test func `A missing file is refused by name`() {
      let error = #expect(throws: SafeTensorsError.self) {
        try SafeTensors.read(folder + "/nothing.safetensors")
      }
      #expect(error?.path == folder + "/nothing.safetensors")
    }

    @Test func `A type that is not saved is refused before a file is made`() throws {
      let path = folder + "/types.safetensors"
      let mask = tensor([1], [1]).isEqual(to: 1)
      #expect(throws: TorchError.self) { try SafeTensors.write([("mask", mask)], to: path) }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }

    @Test func `A network takes back only tensors of its names and shapes`() throws {
      var stream = RandomStream(seed: 1, purpose: .weights)
      let first = Linear(3, 2, on: .cpu, from: &stream)
      let second = Linear(3, 2, on: .cpu, from: &stream)
      #expect(try first.weight.floats() != second.weight.floats())
      let path = folder + "/linear.safetensors"
      try SafeTensors.write(first.state.map { ("net." + $0.name, $0.tensor) }, to: path)
      let saved = try SafeTensors.read(path).tensors
      try second.load(saved, prefix: "net.")
      #expect(try first.weight.floats() == second.weight.floats())
      #expect(second.weight.requiresGradient)
      #expect(throws: StateError.missing("weight")) { try second.load(saved) }
      let other = Linear(4, 2, on: .cpu, from: &stream)
      #expect(throws: StateError.shape("net.weight", expected: [2, 4], found: [2, 3])) {
        try other.load(saved, prefix: "net.")
      }
    }
  }
}
