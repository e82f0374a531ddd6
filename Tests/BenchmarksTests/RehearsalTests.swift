import Benchmarks
import Core
import Foundation
import Testing

private let batches = (1...5).map { "data_batch_\($0).bin" } + ["test_batch.bin"]

extension BenchmarksTests {
  private func checksum(_ folder: String) throws -> String {
    var hash = SHA256Hash()
    for name in batches + ["batches.meta.txt"] { hash.update(try bytes("\(folder)/\(name)")) }
    return hash.hexadecimal
  }

  @Test func `The same seed draws the same bytes, another seed others`() throws {
    try RehearsalGenerator(seed: 1).write(to: folder + "/again")
    try RehearsalGenerator(seed: 2).write(to: folder + "/other")
    let first = try checksum(Self.rehearsal.get())
    #expect(try checksum(folder + "/again") == first)
    #expect(try checksum(folder + "/other") != first)
  }

  @Test(arguments: batches) func `Every file has 50 images of each class`(_ name: String) throws {
    let records = try bytes(Self.rehearsal.get() + "/" + name)
    try #require(records.count == 500 * 3_073)
    var counts = [UInt8: Int]()
    for record in 0..<500 { counts[records[record * 3_073], default: 0] += 1 }
    #expect(counts.count == 10 && counts.values.allSatisfy { $0 == 50 })
    let labels = (0..<500).map { records[$0 * 3_073] }
    #expect(labels != labels.sorted(), "labels are shuffled")
  }

  @Test func `Mean colours do not tell the classes`() throws {
    let records = try bytes(Self.rehearsal.get() + "/data_batch_1.bin")
    // The mean over 50 images of a class varies by chance; between classes it varies little more.
    for channel in 0..<3 {
      var means = [Double](repeating: 0, count: 10)
      for record in 0..<500 {
        let start = record * 3_073 + 1 + channel * 1_024
        let sum = records[start..<start + 1_024].reduce(0) { $0 + Int($1) }
        means[Int(records[record * 3_073])] += Double(sum) / 1_024 / 50
      }
      let spread = (means.max() ?? 0) - (means.min() ?? 0)
      #expect(spread < 35, "of 255 grey levels")
    }
  }
}
