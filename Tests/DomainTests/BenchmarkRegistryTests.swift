import Domain
import Testing

@Suite struct BenchmarkRegistryTests {
  @Test func `Columns have the paper's order, a rehearsal beside its original, others by name`() {
    let names = ["zoo", "rehearsal-stl10", "tiny-imagenet", "stl10", "cifar10", "birds"]
    #expect(
      BenchmarkRegistry.builtIn.sorted(names)
        == ["cifar10", "stl10", "rehearsal-stl10", "tiny-imagenet", "birds", "zoo"])
  }

  @Test func `Headings are the papers' ones`() {
    let registry = BenchmarkRegistry.builtIn
    #expect(registry.heading(of: "cifar100") == "CIFAR-100 (20)")
    #expect(registry.heading(of: "rehearsal-cifar100") == "CIFAR-100 (rehearsal)")
    #expect(registry.heading(of: "flowers") == "flowers")
  }

  @Test func `A benchmark of another package is registered by its definition`() throws {
    let flowers = BenchmarkDefinition(
      "flowers17", title: "Flowers-17", classCount: 17, imageSize: 96, cutsImages: true,
      counts: SplitCounts(train: 1_360), sourceForms: [.classFolders])
    let registry = try BenchmarkRegistry.builtIn.adding([flowers])
    #expect(registry["flowers17"] == flowers)
    #expect(registry.sorted(["flowers17", "cifar10"]) == ["cifar10", "flowers17"])
    #expect(throws: DuplicateName.self) {
      try registry.adding([flowers])
    }
  }

  @Test func `Families stand in the order of tables, unknown ones before the controls`() {
    let graph = MethodFamily(rawValue: "graph")
    #expect(
      [.control, graph, .semantic, .classical].sorted() == [.classical, .semantic, graph, .control])
    #expect(graph.title == "graph" && MethodFamily.semantic.title == "Semantic contrastive")
  }
}
