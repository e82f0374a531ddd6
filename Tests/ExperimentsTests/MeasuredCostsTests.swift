import Experiments
import Testing

@Suite struct MeasuredCostsTests {
  private let measurement = MeasuredCosts(
    setUpSeconds: 2,
    phases: [
      MeasuredCosts.Phase(
        firstEpoch: 0, entrySeconds: 0, epochSeconds: 0, stepSeconds: 0.5, stepsPerEpoch: 10),
      MeasuredCosts.Phase(
        firstEpoch: 4, entrySeconds: 7, epochSeconds: 1, stepSeconds: 1, stepsPerEpoch: 10),
    ], assignmentSeconds: 3, memoryBytes: 1)

  @Test func `Each phase counts its own epochs`() {
    // 2 + 4 x 5 + (7 + 5 x 1 + 6 x 10) + 3
    #expect(measurement.seconds(epochs: 10, assignments: 1) == 97)
    // Two more assignments.
    #expect(measurement.seconds(epochs: 10, assignments: 3) == 103)
    // The second phase is not reached.
    #expect(measurement.seconds(epochs: 3, assignments: 1) == 20)
  }

  @Test func `A method that does not train takes its set-up and one assignment`() {
    let clustering = MeasuredCosts(
      setUpSeconds: 2, phases: [], assignmentSeconds: 3, memoryBytes: 1)
    #expect(clustering.seconds(epochs: 0, assignments: 1) == 5)
  }

  @Test(
    arguments: [
      // Linear, with the noise of k-means; quadratic; cubic.
      ([1, 2.2, 4.9], 10.0, 49.0), ([1, 4, 16], 10, 1600), ([1, 8, 64], 2, 512),
      // Too short to tell a power from, and one size alone.
      ([0.0001, 0.001, 0.009], 10, 0.09), ([3], 1, 3),
    ] as [([Double], Double, Double)])
  func `Times grow with the whole power that they show`(
    _ times: [Double], _ factor: Double, _ expected: Double
  ) {
    #expect(abs(Growth.ofTime(times).extrapolated(by: factor) - expected) < 1e-9 * expected)
  }

  @Test func `Memory is what does not grow and what does`() {
    // 100 MiB and 1 KiB by image at 1,000, 2,000 and 4,000 images; then 40,000.
    let linear = [1_000, 2_000, 4_000].map { 104_857_600 + 4_096 * Double($0) }
    #expect(Growth.ofMemory(linear).extrapolated(by: 10) == 104_857_600 + 4_096 * 40_000)
    let square = [2_000, 4_000, 8_000].map { 104_857_600 + 4 * Double($0) * Double($0) }
    #expect(Growth.ofMemory(square).extrapolated(by: 10) == 104_857_600 + 4 * 80_000 * 80_000)
    // Steps of 6 and 24 MB, which an allocator makes of 12 and 24.
    #expect(Growth.ofMemory([150e6, 156e6, 180e6]).extrapolated(by: 10) == 132e6 + 480e6)
    #expect(Growth.ofMemory([5e8]).extrapolated(by: 1) == 5e8)
  }
}
