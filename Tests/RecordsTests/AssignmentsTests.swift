import Foundation
import HDF5
import Records
import Testing

extension RecordsTests {
  @Suite struct AssignmentsTests {
    private let assignments = Result {
      try Assignments(
        identity: "ab", benchmarkContentHash: "cd", indices: [0, 2, 1 << 40],
        predicted: [1, 1, 0], truth: [9, -1, 3])
    }

    @Test func `Assignments survive their file, and the same ones give the same bytes`() throws {
      try withFolder { folder in
        let assignments = try assignments.get()
        let paths = [folder + "/a.h5", folder + "/b.h5"]
        for path in paths {
          try assignments.write(to: path)
          #expect(try Assignments.read(from: path) == assignments)
        }
        let bytes = paths.map { FileManager.default.contents(atPath: $0) }
        #expect(bytes[0] != nil && bytes[0] == bytes[1])
      }
    }

    @Test func `The file of a whole benchmark is small`() throws {
      try withFolder { folder in
        let count = 60_000
        // Clusters without any order, which is the most that labels take.
        let assignments = try Assignments(
          identity: "ab", benchmarkContentHash: "cd", indices: (0..<count).map(Int64.init),
          predicted: (0..<count).map { (i: Int) in Int32((i * i / 7 + i * 31) % 10) },
          truth: (0..<count).map { (i: Int) in Int32((i * 7919 / 13) % 10) })
        let path = folder + "/a.h5"
        try assignments.write(to: path)
        #expect(try Assignments.read(from: path) == assignments)
        let size = try #require(FileManager.default.contents(atPath: path)).count
        #expect(size < 150_000, "\(size) bytes; \(count * 16) without compression")
      }
    }

    @Test func `A truncated file is refused`() throws {
      try withFolder { folder in
        let path = folder + "/a.h5"
        try assignments.get().write(to: path)
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: path))
        #expect(throws: HDF5Error.self) { try Assignments.read(from: path) }
      }
    }

    @Test func `A file whose columns differ in length is refused`() throws {
      try withFolder { folder in
        let path = folder + "/a.h5"
        let file = try HDF5File(creating: path)
        try file.setAttribute("identity", "ab")
        try file.setAttribute("benchmark_content_hash", "cd")
        try file.write("indices", [0, 1] as [Int64])
        try file.write("predicted", [0, 1] as [Int32])
        try file.write("truth", [0] as [Int32])
        try file.close()
        let error = #expect(throws: RecordError.self) { try Assignments.read(from: path) }
        #expect(error?.description.contains(path) == true)
      }
    }
  }
}
