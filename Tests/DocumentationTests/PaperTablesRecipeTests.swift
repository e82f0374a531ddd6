import Core
import Methods
import Reporting
import Testing

/// What paper-tables.md says of methods, against the registry.
@Suite struct PaperTablesRecipeTests {
  private let tables: PaperTables

  init() throws {
    tables = try PaperTables.read(
      from: Document.root.appendingPathComponent("paper-tables.md").path,
      methods: MethodRegistry.builtIn.names)
  }

  @Test func `every setting of a row's recipe is one of its method's, with a value that it takes`()
    throws
  {
    var count = 0
    for row in tables.rows {
      for (name, value) in row.protocols.values.flatMap({ $0.recipe ?? [:] }) {
        let parts = name.split(separator: ".").map(String.init)
        let method = try MethodRegistry.builtIn.method(parts.count == 2 ? parts[0] : row.method)
        #expect(throws: Never.self, "\(row.title): \(name)") {
          try method.resolve([parts.last ?? name: value])
        }
        count += 1
      }
    }
    #expect(count > 0)
  }

  @Test func `the recipe of SCAN's SimCLR is what SCAN starts from by default`() throws {
    let row = try #require(tables.rows(of: "simclr").first { $0.protocolName == "simclr-scan" })
    let recipe = try #require(row.protocols["cifar10"]?.recipe)
    let stage = try #require(SCANClustering.stage(of: SCANClustering.Settings()))
    let pretext = stage.defaults.merging(["normalise": stage.settings["normalise"] ?? true]) { $1 }
    #expect(Set(recipe.keys) == Set(pretext.keys))
    let ours = try SimCLR.resolve(recipe)
    #expect(try ours == SimCLR.resolve(pretext))
  }
}
