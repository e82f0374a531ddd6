import Core
import Testing

@Suite struct NearestNameTests {
  private let benchmarks = ["cifar10", "cifar100", "stl10", "imagenet-dogs"]

  @Test(arguments: [
    ("cifar-10", "cifar10"), ("CIFAR100", "cifar100"), ("slt10", "stl10"),
    ("imagenet-dog", "imagenet-dogs"),
  ])
  func `A misspelt name finds the one that was meant`(misspelt: String, meant: String) {
    #expect(nearestName(to: misspelt, among: benchmarks) == meant)
  }

  @Test func `Two letters in the wrong order are one mistake`() {
    #expect(nearestName(to: "slc", among: ["cc", "scl"]) == "scl")
  }

  @Test func `A name unlike all others finds none`() {
    #expect(nearestName(to: "tiny-imagenet-200", among: benchmarks) == nil)
    #expect(nearestName(to: "anything", among: []) == nil)
  }

  @Test func `Of equally near names the alphabetically first is meant`() {
    #expect(nearestName(to: "seed", among: ["seel", "seek"]) == "seek")
  }
}
