import Domain
import Foundation
import Testing

@Suite struct SplitTests {
  @Test func `A set reads and writes its text, and files accept the documented sets alone`() throws
  {
    for set in SplitSet.allCases {
      #expect(SplitSet(rawValue: set.rawValue) == set)
      let coded = try JSONEncoder().encode([set])
      #expect(String(decoding: coded, as: UTF8.self) == "[\"\(set)\"]")
      #expect(try JSONDecoder().decode([SplitSet].self, from: coded) == [set])
    }
    for text in ["test+train", "unlabelled", "ImageNet", "", "train+", "val"] {
      #expect(SplitSet(rawValue: text) == nil, "\(text)")
      #expect(throws: DecodingError.self) {
        try JSONDecoder().decode([SplitSet].self, from: Data("[\"\(text)\"]".utf8))
      }
    }
  }

  @Test func `Sets are equal if they have the same splits and ImageNet's images alike`() {
    let named = SplitSet(published: "train+ImageNet")
    #expect(SplitSet([.test, .train]) == .trainAndTest && SplitSet.train != .test)
    #expect(named != .train && named == SplitSet(published: "ImageNet+train"))
    #expect(Set(SplitSet.allCases + [SplitSet([.test, .train])]).count == SplitSet.allCases.count)
  }

  @Test func `Published rows combine any splits, ImageNet's images among them`() {
    #expect(SplitSet(published: "test+train") == .trainAndTest)
    #expect(SplitSet(published: "train+ImageNet")?.rawValue == "train+ImageNet")
    #expect(SplitSet(published: "train+val") == nil && SplitSet(published: "") == nil)
  }

  @Test func `A benchmark of training images alone has no difference of train and train+test`() {
    for definition in [BenchmarkDefinition.imagenet10, .imagenetDogs, .tinyImageNet] {
      #expect(SplitSet.train.canonical(on: definition) == .trainAndTest)
      #expect(SplitSet.everything.canonical(on: definition) == .trainAndTest)
    }
    #expect(SplitSet.train.canonical(on: .cifar10) == .train)
    #expect(SplitSet.everything.canonical(on: .cifar10) == .trainAndTest)
    #expect(SplitSet.everything.canonical(on: .stl10) == .everything)
  }

  @Test func `Images that are not part of a benchmark count where their split is named alone`() {
    let counts = BenchmarkDefinition.tinyImageNet.counts
    let all = SplitCounts(train: counts.train, test: 10_000)
    #expect(SplitSet.test.images(among: all, of: .tinyImageNet) == 10_000)
    #expect(SplitSet.trainAndTest.images(among: all, of: .tinyImageNet) == 100_000)
  }
}
