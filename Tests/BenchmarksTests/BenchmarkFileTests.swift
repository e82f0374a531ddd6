import Benchmarks
import Core
import Domain
import Foundation
import HDF5
import Testing

extension BenchmarksTests {
  @Test func `Images are read in the order of the indices asked for`() throws {
    let file = try prepare(from: copyOfRehearsal())
    let all = try file.pixels()
    let indices = [7, 8, 9, 2_999, 0]
    let picked = try file.pixels(at: indices)
    let expected = indices.flatMap { all[$0 * 3_072..<($0 + 1) * 3_072] }
    #expect(picked == expected)
    #expect(throws: BenchmarkError.indexOutOfRange(file: file.path, index: 3_000, count: 3_000)) {
      try file.pixels(at: [3_000])
    }
  }

  @Test func `The indices of a selection ascend, whatever its order`() throws {
    let file = try prepare(from: copyOfRehearsal())
    #expect(file.indices(of: [.train]) == Array(0..<2_500))
    #expect(file.indices(of: [.test, .train]) == Array(0..<3_000))
    #expect(file.indices(of: [.unlabelled]) == [])
  }

  @Test func `Verification tells how far it is, and a changed pixel fails it`() throws {
    let file = try prepare(from: copyOfRehearsal())
    var steps: [PreparationStep] = []
    try file.verify { steps.append($0) }
    #expect(steps.last == .rereading(bytes: 3_000 * 3_072, of: 3_000 * 3_072))
    var changed = try bytes(file.path)
    let pixels = try file.pixels(at: [1_234])
    let data = Data(changed)
    let place = try #require(data.range(of: Data(pixels))).lowerBound
    changed[place + 100] ^= 1
    try write(changed, to: file.path)
    #expect(throws: BenchmarkError.self) { try BenchmarkFile.open(file.path).verify() }
  }

  @Test func `A truncated file and one of another kind are refused`() throws {
    let file = try prepare(from: copyOfRehearsal())
    let whole = try bytes(file.path)
    try write(Array(whole.prefix(whole.count - 1_000)), to: folder + "/truncated.h5")
    let other = try HDF5File(creating: folder + "/other.h5")
    try other.write("values", [Float(1)])
    try other.close()
    try write([1, 2, 3], to: folder + "/text.h5")
    for name in ["truncated.h5", "other.h5", "text.h5", "absent.h5"] {
      let error = #expect(throws: BenchmarkError.self) {
        try BenchmarkFile.open("\(folder)/\(name)")
      }
      #expect(error?.description.contains("\(folder)/\(name)") == true)
    }
  }

  @Test(arguments: [
    ("images", "shape"), ("labels", "label 10"), ("splits", "split 9"), ("counts", "counts"),
  ])
  func `A file that contradicts itself is refused`(_ flaw: String, _ reason: String) throws {
    let path = folder + "/contradiction.h5"
    let file = try HDF5File(creating: path)
    let side = flaw == "images" ? 3 : 2
    try file.write(
      "images", [UInt8](repeating: 0, count: 2 * side * 2 * 3), shape: [2, side, 2, 3])
    try file.write("labels", [Int32(0), flaw == "labels" ? 10 : 9])
    try file.write("splits", [UInt8(0), flaw == "splits" ? 9 : 1])
    try file.write("class_names", strings: BenchmarkDefinition.cifar10.classNames)
    try file.setAttribute("schema", Int64(1))
    try file.setAttribute("image_size", Int64(2))
    try file.setAttribute("counts", flaw == "counts" ? [Int64(2), 0, 0] : [Int64(1), 1, 0])
    try file.close()
    let error = #expect(throws: BenchmarkError.self) { try BenchmarkFile.open(path) }
    #expect(error?.description.contains(reason) == true)
  }

  @Test func `Benchmarks are found by name, and a misspelt one brings the nearest`() throws {
    #expect(try BenchmarkDefinition.named("cifar10").counts.total == 60_000)
    #expect(try BenchmarkDefinition.named("rehearsal").rehearsalOf == "cifar10")
    #expect(throws: BenchmarkError.unknownBenchmark(name: "cifar-10", nearest: "cifar10")) {
      try BenchmarkDefinition.named("cifar-10")
    }
    // The sizes of benchmarks.md, section 3.
    let sizes = BenchmarkDefinition.all.filter { !$0.isRehearsal }
      .map { "\($0.name) \($0.counts.total) \($0.classCount)" }
    #expect(
      sizes == [
        "cifar10 60000 10", "cifar100 60000 20", "stl10 113000 10", "imagenet10 13000 10",
        "imagenet-dogs 19500 15", "tiny-imagenet 100000 200",
      ])
  }
}
