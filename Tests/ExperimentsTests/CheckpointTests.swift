import Experiments
import Foundation
import Records
import Testing
import Torch

extension ExperimentsTests {
  /// Takes the checksum out of a file of tensors.
  private func removeChecksum(from path: String) throws {
    let file = try Data(contentsOf: URL(fileURLWithPath: path))
    let length = file.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    var header = try #require(
      try JSONSerialization.jsonObject(with: file[8..<(8 + length)]) as? [String: Any])
    var metadata = try #require(header["__metadata__"] as? [String: String])
    #expect(metadata.removeValue(forKey: "sha256") != nil)
    header["__metadata__"] = metadata
    let json = try JSONSerialization.data(withJSONObject: header)
    var changed = Data()
    withUnsafeBytes(of: UInt64(json.count).littleEndian) { changed.append(contentsOf: $0) }
    try (changed + json + file[(8 + length)...]).write(to: URL(fileURLWithPath: path))
  }

  /// Replaces a tensor of a checkpoint, whose checksum is right afterwards.
  private func replace(
    _ prefix: String, in path: String, with change: (Tensor) -> Tensor?
  ) throws {
    var (tensors, metadata) = try SafeTensors.read(path)
    let name = try #require(tensors.keys.sorted().first { $0.hasPrefix(prefix) })
    tensors[name] = try change(#require(tensors[name]))
    try SafeTensors.write(
      tensors.map { (name: $0.key, tensor: $0.value) }, metadata: metadata, to: path)
  }

  @Test(arguments: ["no checksum", "one row of the memory", "no memory", "no network"])
  func `Of a checkpoint that is not the run's own state the previous one is used`(
    _ kind: String
  ) throws {
    let straight = try carryOut("instdisc", results: "straight")
    let folder = try stopTwice("instdisc", results: "strange")
    switch kind {
    case "no checksum": try removeChecksum(from: folder.checkpoint)
    case "one row of the memory":
      // Copied, it would become every row.
      try replace("memory.", in: folder.checkpoint) { bank in
        let shape = [1] + bank.shape.dropFirst()
        return Tensor([Float](repeating: 0, count: shape.reduce(1, *)), shape: shape)
      }
    case "no memory": try replace("memory.", in: folder.checkpoint) { _ in nil }
    default: try replace("network.", in: folder.checkpoint) { _ in nil }
    }
    var notes: [String] = []
    let resumed = try carryOut("instdisc", results: "strange", note: { notes.append($0) })
    #expect(notes.count == 1 && notes[0].contains(folder.checkpoint), "\(notes)")
    #expect(try record(resumed).timing.resumptions == 1)
    try expectSameBits(straight, resumed)
  }

  @Test func `A run whose checkpoints do not fit begins anew with the same bits`() throws {
    let straight = try carryOut("instdisc", results: "straight")
    let folder = try stopTwice("instdisc", results: "strange")
    for path in [folder.checkpoint, folder.previousCheckpoint] {
      try replace("memory.", in: path) { _ in nil }
    }
    let again = try carryOut("instdisc", results: "strange")
    #expect(try record(again).timing.resumptions == 0)
    try expectSameBits(straight, again)
  }
}
