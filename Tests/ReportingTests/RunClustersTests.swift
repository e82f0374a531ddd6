import Domain
import Foundation
import Records
import Reporting
import Testing

@Suite struct RunClustersTests {
  private static func assignments(predicted: [Int32], truth: [Int32]) throws -> Assignments {
    try Assignments(
      identity: "identity", benchmarkContentHash: SampleRuns.complete.contentHash,
      indices: predicted.indices.map { Int64($0) }, predicted: predicted, truth: truth)
  }

  /// Three clusters and an empty one; cluster 0 and 2 have both more of class 1 than of any other.
  private let example = Result {
    try RunClustersTests.assignments(
      predicted: [0, 0, 0, 1, 1, 2, 2, 2, 2], truth: [1, 1, 0, 3, 3, 1, 1, 1, 0])
  }

  @Test func `A cluster has its size, its classes by size, its purity and its matched class`()
    throws
  {
    let clusters = try RunClusters(example.get(), count: 4).clusters
    #expect(clusters.map(\.number) == [0, 1, 2, 3])
    #expect(clusters.map(\.images) == [3, 2, 4, 0])
    #expect(clusters[0].parts.map(\.label) == [1, 0] && clusters[0].parts.map(\.images) == [2, 1])
    #expect(clusters.map(\.purity) == [2.0 / 3, 1, 0.75, nil])
    // Class 1 can be matched once: 3 of cluster 2 and 1 of cluster 0 beat 2 of cluster 0 and 1 of cluster 2.
    #expect(clusters.map(\.matched) == [0, 3, 1, nil])
    #expect(clusters.map(\.matchedImages) == [1, 2, 3, 0])
  }

  @Test func `Purity of the whole counts the largest class of each cluster`() throws {
    #expect(try RunClusters(example.get(), count: 4).purity == 7.0 / 9)
  }

  @Test func `Equally large classes stand in the order of their labels`() throws {
    let clusters = try RunClusters(
      Self.assignments(predicted: [0, 0, 0], truth: [7, 2, 5]), count: 1)
    #expect(clusters.clusters[0].parts.map(\.label) == [2, 5, 7])
  }

  @Test func `With more clusters than classes, some are matched to none`() throws {
    let clusters = try RunClusters(
      Self.assignments(predicted: [0, 0, 1, 2, 2], truth: [0, 0, 0, 1, 1]), count: 3)
    #expect(clusters.matchedClasses == [0, nil, 1])
  }

  @Test func `Images without classes have sizes and nothing else`() throws {
    let clusters = try RunClusters(
      Self.assignments(predicted: [1, 1, 0], truth: [-1, -1, -1]), count: 2)
    #expect(clusters.clusters.map(\.images) == [1, 2])
    #expect(!clusters.hasClasses && clusters.purity == nil)
    #expect(clusters.clusters.allSatisfy { $0.purity == nil && $0.matched == nil })
  }

  private func images(_ catalogue: ImageCatalogue) throws -> ScoredImages {
    let assignments = try Self.assignments(predicted: [0, 1, 1], truth: [0, 1, -1])
    return ScoredImages(
      of: SampleRuns.record(SampleRuns.kMeans, on: "cifar10", 1, 2, 3), assignments,
      try RunClusters(assignments, count: 2), catalogue)
  }

  @Test func `A line of CSV has the image, its class, its cluster and the cluster's class`() throws
  {
    let images = try images(
      ImageCatalogue(
        classNames: ["cat", "dog"], fileNames: ["a.png", "b.png", "c.png"],
        splits: [.train, .test, .unlabelled]))
    #expect(ScoredImages.csvHeader.split(separator: ",").count == 10)
    #expect(
      images.csv(0..<images.count) == """
        cifar10,kmeans,0,0,a.png,train,cat,0,cat,
        cifar10,kmeans,0,1,b.png,test,dog,1,dog,
        cifar10,kmeans,0,2,c.png,unlabelled,,1,dog,

        """)
    #expect(images.csv(1..<2) == "cifar10,kmeans,0,1,b.png,test,dog,1,dog,\n")
  }

  @Test func `What is not known is empty in CSV and left out in JSON`() throws {
    let images = try images(ImageCatalogue())
    #expect(images.csv(2..<3) == "cifar10,kmeans,0,2,,,,1,1,\n")
    #expect(
      images.json(2..<3)
        == #"{"benchmark":"cifar10","cluster":1,"index":2,"matched":"1","method":"kmeans","seed":0}"#
        + "\n")
  }

  @Test func `Where a method has a confidence, it is the last column, with four decimals`() throws {
    let known = try Self.assignments(predicted: [0, 1, 1], truth: [0, 1, -1])
    let confident = try Assignments(
      identity: known.identity, benchmarkContentHash: known.benchmarkContentHash,
      indices: known.indices, predicted: known.predicted, truth: known.truth,
      confidence: [0.75, 1, 0.333_333])
    let images = ScoredImages(
      of: SampleRuns.record(SampleRuns.scl, on: "cifar10", 1, 2, 3), confident,
      try RunClusters(confident, count: 2), ImageCatalogue())
    #expect(
      images.csv(0..<3).split(separator: "\n").map { $0.split(separator: ",").last } == [
        "0.75", "1.0", "0.3333",
      ])
    #expect(images.json(2..<3).contains(#""cluster":1,"confidence":0.3333,"#))

    let list = NewImages(try RunClusters(confident, count: 2), ImageCatalogue())
    let lines = list.csv([
      .init(file: "a.png", cluster: 1, confidence: 0.25),
      .init(file: "b.png", cluster: 0, confidence: nil),
    ])
    #expect(lines == "a.png,1,1,0.25\nb.png,0,0,\n")
  }

  @Test func `Names of files are harmless in spreadsheets and terminals`() throws {
    let images = try images(
      ImageCatalogue(
        classNames: ["@cat", "d\"og"], fileNames: ["=1+1.png", "a,b.png", "c\u{1B}[31m.png"]))
    let lines = images.csv(0..<3).split(separator: "\n")
    #expect(lines[0] == "cifar10,kmeans,0,0,'=1+1.png,,'@cat,0,'@cat,")
    #expect(lines[1] == "cifar10,kmeans,0,1,\"a,b.png\",,\"d\"\"og\",1,\"d\"\"og\",")
    #expect(lines[2].contains("c\u{FFFD}[31m.png"))
    #expect(images.json(2..<3).contains(#""file":"c\u001b[31m.png""#))
  }
}
