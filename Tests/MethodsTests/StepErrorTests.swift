import Conformance
import Methods
import Testing
import Torch
import Vision

extension MethodsTests {
  /// A step in which an operator on tensors is refused.
  @Suite struct StepErrors {
    private let images: ImageSet

    init() throws { images = try twoClasses() }

    @Test func `A step fails with the operator and its shapes, and no parameter changes`() throws {
      let method = try make(Trained<Mismatched>.self, images: images, ["batch_size": 16])
      let trial = MethodTrial(method, images: images)
      let before = try trial.bits()
      for _ in 0..<2 {
        let error = #expect(throws: TorchError.self) { try trial.takeStep() }
        let expected = "matmul of [16, 3] and [16, 3]: "
        #expect(error?.message.hasPrefix(expected) == true, "\(error?.description ?? "none")")
      }
      // The mean colour, which the loss changes in place, has not taken in what failed.
      #expect(try trial.bits() == before)
    }

    @Test func `The error does not reach the step of another method`() throws {
      let failing = MethodTrial(
        try make(Trained<Mismatched>.self, images: images), images: images)
      let sound = MethodTrial(try make(Trained<Honest>.self, images: images), images: images)
      #expect(throws: TorchError.self) { try failing.takeStep() }
      try sound.takeStep()
    }

    @Test func `A loss without terms is an error, and no trap`() throws {
      let trial = MethodTrial(
        try make(Trained<Termless>.self, images: images), images: images)
      let error = #expect(throws: TorchError.self) { try trial.takeStep() }
      #expect(error?.message.contains("no terms") == true)
    }

    @Test func `A loss term that is no scalar is named with its shape`() throws {
      let trial = MethodTrial(
        try make(Trained<ManyValued>.self, images: images, ["batch_size": 16]), images: images)
      let error = #expect(throws: TorchError.self) { try trial.takeStep() }
      #expect(error?.message.contains("'colours' has to be a scalar") == true)
      #expect(error?.message.contains("[16, 3]") == true, "\(error?.description ?? "none")")
    }

    @Test func `The suite reports the error as a finding`() throws {
      let findings = try Conformance().findings(of: Trained<Mismatched>.self)
      #expect(findings.contains { $0.detail.contains("matmul of ") }, "\(findings)")
    }
  }
}
