import Benchmarks
import Domain
import Foundation
import Testing

@Suite struct PublishedFilesTests {
  private let files = BenchmarkDefinition.all.flatMap { $0.publication?.files ?? [] }

  @Test func `Every benchmark of the paper says where its originals come from`() throws {
    for definition in BenchmarkDefinition.all where definition.rehearsalOf == nil {
      let publication = try #require(definition.publication, "\(definition.name)")
      #expect(publication.page.hasPrefix("http") && !publication.licence.isEmpty)
    }
  }

  @Test func `Addresses, sizes and MD5s are well-formed`() {
    #expect(files.count == 8)
    for file in files {
      for md5 in [file.md5] + file.members.map(\.md5) {
        #expect(md5.wholeMatch(of: /[0-9a-f]{32}/) != nil, "\(file.name)")
      }
      #expect(file.size > 100 << 20)
      #expect(file.address?.hasSuffix("/" + file.name) ?? true)
    }
  }

  @Test func `The first version is taken unless another is named`() throws {
    #expect(try BenchmarkDefinition.cifar10.publishedFile().name == "cifar-10-binary.tar.gz")
    #expect(
      try BenchmarkDefinition.cifar100.publishedFile(.python).name == "cifar-100-python.tar.gz")
    #expect(
      throws: PublicationError.noSuchVersion(
        benchmark: "stl10", version: "python", known: ["binary"])
    ) { try BenchmarkDefinition.stl10.publishedFile(.python) }
    #expect(throws: PublicationError.notPublished(benchmark: "rehearsal")) {
      try BenchmarkDefinition.rehearsal.publishedFile()
    }
  }
}
