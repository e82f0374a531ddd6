import Testing

/// The rules of docs/architecture.md, checked on the sources' text.
@Suite struct ArchitectureTests {
  private let tree: SourceTree
  private let rooms: [SourceTree.Target]

  init() throws {
    tree = try SourceTree()
    rooms = tree.targets.filter { !$0.isTest }
  }

  @Test func `Package.swift was understood`() {
    let names = rooms.map(\.name)
    #expect(names.first == "CATenLoader" && names.last == "scl")
    #expect(names.contains("Core") && names.contains("Reporting"))
    #expect(rooms.first { $0.name == "Torch" }?.dependencies == ["CATenLoader", "Core"])
    #expect(tree.reach(of: "scl").isSuperset(of: ["CATenLoader", "Methods"]))
  }

  @Test func `A room depends only on rooms that stand above it`() {
    let names = Set(rooms.map(\.name))
    for room in rooms {
      let below = room.otherNames.intersection(names)
      #expect(below.isEmpty, "\(room.name) depends on \(below.sorted()), which stands below it")
    }
  }

  @Test func `A file imports only what its room declares`() throws {
    let names = Set(rooms.map(\.name))
    for room in rooms {
      for file in try tree.swiftFiles(below: "Sources/\(room.name)") {
        let undeclared = Set(file.imports).intersection(names).subtracting(room.dependencies)
        #expect(undeclared.isEmpty, "\(file.path) imports \(undeclared.sorted())")
      }
    }
  }

  @Test func `A room imports all the rooms that it declares`() throws {
    for room in rooms {
      let files = try tree.swiftFiles(below: "Sources/\(room.name)")
      guard !files.isEmpty else { continue }
      let unused = room.dependencies.subtracting(files.flatMap(\.imports))
      #expect(unused.isEmpty, "\(room.name) does not import \(unused.sorted())")
    }
  }

  @Test func `Labels are out of the methods' reach`() throws {
    let reach = tree.reach(of: "Methods")
    #expect(reach.isDisjoint(with: ["Benchmarks", "HDF5", "Records", "Experiments"]))
    for file in try tree.swiftFiles(below: "Sources/Methods") {
      #expect(Set(file.imports).isDisjoint(with: ["Benchmarks", "HDF5", "Records", "CHDF5"]))
    }
  }

  @Test func `Reporting builds without libtorch`() {
    #expect(
      tree.reach(of: "Reporting").isDisjoint(with: ["CATenLoader", "Torch", "Vision", "Methods"]))
  }

  @Test func `libtorch is called through its shim alone`() throws {
    for room in rooms where room.name != "Torch" {
      for file in try tree.swiftFiles(below: "Sources/\(room.name)") {
        #expect(Set(file.imports).isDisjoint(with: ["CATen", "CATenLoader"]), "\(file.path)")
      }
    }
  }

  @Test func `libtorch's functions are called through their table, which loads it late`() throws {
    for file in try tree.swiftFiles(below: "Sources/Torch") {
      for line in file.lines {
        #expect(
          !line.contains(/caten_(?!tensor|functions|load|libtorch_version)/),
          "\(file.path): \(line)")
      }
    }
  }

  @Test func `No file is longer than 400 lines`() throws {
    let files = try tree.files(below: "Sources") + tree.files(below: "Tests")
    #expect(files.count > 150)
    for file in files {
      #expect(file.lines.count <= 401, "\(file.path) has \(file.lines.count - 1) lines")
    }
  }

  @Test func `Nothing in Sources ends the program or forces a cast`() throws {
    for file in try tree.swiftFiles(below: "Sources") {
      for (number, line) in file.lines.enumerated() {
        let code = line.split(separator: "//", omittingEmptySubsequences: false)[0]
        for banned in ["fatalError", "try!", "as!", "preconditionFailure"] {
          #expect(!code.contains(banned), "\(file.path):\(number + 1): \(banned)")
        }
      }
    }
  }

  @Test func `No room prints but the one that owns the console`() throws {
    for room in rooms where !["SCLCommands", "scl"].contains(room.name) {
      for file in try tree.swiftFiles(below: "Sources/\(room.name)") {
        for (number, line) in file.lines.enumerated() where line.contains("print(") {
          #expect(!line.contains(/(^|[^.\w])print\(/), "\(file.path):\(number + 1)")
        }
      }
    }
  }
}
