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
}
