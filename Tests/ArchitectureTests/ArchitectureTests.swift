import Testing

/// The rules of docs/architecture.md, checked on the sources' text.
@Suite struct ArchitectureTests {
  private let tree: SourceTree
  private let modules: [SourceTree.Target]

  init() throws {
    tree = try SourceTree()
    modules = tree.targets.filter { !$0.isTest }
  }

  @Test func `Package.swift was understood`() {
    let names = modules.map(\.name)
    #expect(names.first == "CATenLoader" && names.last == "Speed")
    #expect(names.contains("Core") && names.contains("Reporting"))
    #expect(modules.first { $0.name == "Torch" }?.dependencies == ["CATenLoader", "Core"])
    #expect(modules.last?.folder == "benchmarks/Speed")
    #expect(tree.reach(of: "scl").isSuperset(of: ["CATenLoader", "Methods"]))
  }

  @Test func `A module depends only on modules listed above it`() {
    let names = Set(modules.map(\.name))
    for module in modules {
      let below = module.otherNames.intersection(names)
      #expect(below.isEmpty, "\(module.name) depends on \(below.sorted()), listed below it")
    }
  }

  @Test func `A file imports only what its module declares`() throws {
    let names = Set(modules.map(\.name))
    for module in modules {
      for file in try tree.swiftFiles(below: module.folder) {
        let undeclared = Set(file.imports).intersection(names).subtracting(module.dependencies)
        #expect(undeclared.isEmpty, "\(file.path) imports \(undeclared.sorted())")
      }
    }
  }

  @Test func `A module imports every module that it declares`() throws {
    for module in modules {
      let files = try tree.swiftFiles(below: module.folder)
      guard !files.isEmpty else { continue }
      let unused = module.dependencies.subtracting(files.flatMap(\.imports))
      #expect(unused.isEmpty, "\(module.name) does not import \(unused.sorted())")
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
    for module in modules where module.name != "Torch" {
      for file in try tree.swiftFiles(below: module.folder) {
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
    let files = try ["Sources", "Tests", "benchmarks/Speed"].flatMap(tree.files)
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

  @Test func `JSON is written with sorted keys`() throws {
    for file in try tree.swiftFiles(below: "Sources") where !file.path.hasSuffix("Core/Text.swift")
    {
      for (number, line) in file.lines.enumerated() {
        #expect(!line.contains("JSONEncoder()"), "\(file.path):\(number + 1)")
      }
    }
  }

  @Test func `Only the modules that own the console print`() throws {
    for module in modules where !["SCLCommands", "scl", "Speed"].contains(module.name) {
      for file in try tree.swiftFiles(below: module.folder) {
        for (number, line) in file.lines.enumerated() where line.contains("print(") {
          // An example in a comment prints nothing.
          let code = line.split(separator: "//", omittingEmptySubsequences: false)[0]
          #expect(!code.contains(/(^|[^.\w])print\(/), "\(file.path):\(number + 1)")
        }
      }
    }
  }

  @Test func `Every public type has a doc comment with an example`() throws {
    let declaration =
      /^( *)((?:\w+ )*)(struct|class|enum|protocol|actor|extension) [A-Z]/
    var count = 0
    for file in try tree.swiftFiles(below: "Sources") {
      // The types around a line, told by their indentation.
      var outer: [(indent: Int, isPublic: Bool)] = []
      for (number, line) in file.lines.enumerated() where !line.contains("//") {
        guard let match = line.firstMatch(of: declaration) else { continue }
        outer.removeAll { $0.indent >= match.1.count }
        let isExtension = match.3 == "extension"
        let isPublic =
          (isExtension || match.2.contains("public ")) && outer.allSatisfy(\.isPublic)
        outer.append((match.1.count, isPublic))
        guard isPublic, !isExtension else { continue }
        count += 1
        let comment = file.lines[..<number].reversed().drop { $0.contains(/^ *@/) }
          .prefix { $0.contains(/^ *\/\/\//) }
        let hasExample = comment.contains { $0.contains(/\/\/\/ (?:    |```)/) }
        #expect(hasExample, "\(file.path):\(number + 1)")
      }
    }
    #expect(count > 100)
  }
}
