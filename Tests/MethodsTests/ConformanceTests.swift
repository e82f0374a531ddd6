import Conformance
import Core
import Foundation
import HDF5
import Methods
import Testing
import Torch
import Vision

/// Not in turn with this target's other suites: these examinations are most of its time, and each needs one thread.
@Suite struct ConformanceOfMethods {
  /// All but the control that names a row and computes nothing.
  @Test(arguments: MethodRegistry.builtIn.names.filter { $0 != TrueLabels.description.name })
  func `A registered method keeps every promise`(_ name: String) throws {
    let method = try MethodRegistry.builtIn.method(name)
    let findings = try Conformance().findings(of: method)
    #expect(findings.isEmpty, "\(findings.map(\.description).joined(separator: "\n"))")
  }
}

extension MethodsTests {
  /// Each is broken in one way, and the suite finds that and nothing else.
  @Suite struct ConformanceOfBrokenMethods {
    private func broken(
      _ method: any ClusteringMethod.Type, labelFile: String? = nil
    ) throws -> Set<Promise> {
      Set(try Conformance(labelFile: labelFile).findings(of: method).map(\.promise))
    }

    @Test func `One that keeps everything is found nothing of`() throws {
      #expect(try broken(Trained<Honest>.self) == [])
    }

    @Test func `One that reads labels from the benchmark file sees`() throws {
      #expect(try broken(LabelReader.self, labelFile: LabelReader.file) == [.blindness])
    }

    @Test func `One that reads classes from the order of images in the file sees`() throws {
      #expect(try broken(OrderReader.self) == [.blindness])
    }

    @Test(
      arguments: [
        (
          ManyOrderReader.self,
          ["in 1200 images in the order of classes, clusters match the halves"]
        ),
        (TieReader.self, ["in identical images, clusters match the halves"]),
        (
          StateReader.self,
          [
            "in 1200 images in the order of classes, clusters match the halves",
            "in identical images, clusters match the halves",
          ]
        ),
      ] as [(any ClusteringMethod.Type, [String])])
    func `One that reads the order of many images, of ties or by its memory sees`(
      _ method: any ClusteringMethod.Type, _ details: [String]
    ) throws {
      let findings = try Conformance().findings(of: method)
      #expect(Set(findings.map(\.promise)) == [.blindness])
      for detail in details {
        #expect(findings.contains { $0.detail.hasPrefix(detail) }, "\(findings)")
      }
    }

    @Test func `One that ignores its seed is found out`() throws {
      #expect(try broken(Trained<IgnoresSeed>.self) == [.seed])
    }

    @Test func `One whose views ignore its seed is found out`() throws {
      #expect(try broken(Trained<DrawsAlike>.self) == [.seed])
    }

    @Test func `One that draws from a generator of the system's is found out`() throws {
      // It may break others too: what is not the same twice is not after an interruption either.
      #expect(try broken(Trained<SystemRandom>.self).contains(.determinism))
    }

    @Test func `One whose memory is no part of its checkpoint is found out`() throws {
      #expect(try broken(Trained<ForgetsMemory>.self) == [.resumption])
    }

    @Test func `One that gives too few clusters is found out`() throws {
      #expect(try broken(Trained<TooFew>.self) == [.assignments])
    }

    @Test func `One that learns in being asked is found out`() throws {
      #expect(try broken(Trained<LearnsWhenAsked>.self).contains(.repeatability))
    }

    @Test func `One with a parameter that nothing reaches is found out`() throws {
      #expect(try broken(Trained<DeadParameter>.self) == [.gradients])
    }

    @Test func `One whose loss rises is found out`() throws {
      #expect(try broken(Trained<Grows>.self) == [.loss])
    }

    @Test func `One whose loss is noise is found out`() throws {
      #expect(try broken(Trained<TellsNoise>.self) == [.loss])
    }

    @Test func `One whose loss is not finite is found out`() throws {
      #expect(try broken(Trained<Diverges>.self).contains(.loss))
    }

    /// What the suite says of one whose gradients are not where they belong.
    private func gradients(_ method: any ClusteringMethod.Type) throws -> [String] {
      try Conformance().findings(of: method, promises: [.gradients]).map(\.detail)
    }

    @Test func `One with a parameter that asks for no gradient is found out`() throws {
      #expect(
        try gradients(Trained<FrozenParameter>.self).contains(
          "the parameter 'frozen' does not require a gradient"))
    }

    @Test func `One whose memory asks for a gradient is found out`() throws {
      #expect(
        try gradients(Trained<LearntMemory>.self)
          == ["'learnt' is not a parameter, but has a gradient"])
    }

    @Test func `One with two tensors of one name is found out`() throws {
      #expect(
        try gradients(Trained<DoubledMemory>.self) == ["two tensors are named 'memory.mean'"])
    }

    @Test(
      arguments: [
        (
          Configured<UnlistedSetting>.self,
          "the settings have 1 stored properties, but 0 entries in the schema"
        ),
        // It is not stopped by this one.
        (Configured<TwiceNamedSetting>.self, "'dimensions' is declared twice"),
        (
          Configured<MisnamedSetting>.self,
          "'codeLength' must be lower-case letters, digits and '_', after a letter"
        ),
        (Configured<SilentSetting>.self, "'dimensions' is not documented"),
        (
          Configured<OutlyingDefault>.self, "'dimensions' rejects 1, which is its default"
        ),
        (Configured<RoundedSetting>.self, "'dimensions' set to 64 resolves to another value"),
        (Configured<UnboundedSetting>.self, "'margin' accepts inf, which is outside its range"),
        (
          Configured<RefusedBenchmarkDefault>.self,
          "its defaults for cifar10 are refused: 'dimensions' cannot be 128: it takes 2 to 64"
        ),
      ] as [(any ClusteringMethod.Type, String)])
    func `One with a setting that is not as it should be is found out`(
      _ method: any ClusteringMethod.Type, _ detail: String
    ) throws {
      let findings = try Conformance().findings(of: method)
      #expect(findings.map(\.promise) == [.settings])
      #expect(findings.map(\.detail) == [detail])
    }

    @Test func `One that says nothing of itself is found out`() throws {
      #expect(try broken(Nameless.self) == [.description])
    }

    @Test func `A finding says what is broken and how that showed`() throws {
      let findings = try Conformance().findings(of: Trained<TooFew>.self, promises: [.assignments])
      #expect(
        findings.first?.description
          == "trained breaks 'every image is assigned to one of the K clusters': "
          + "assign returned 63 clusters for 64 images")
    }
  }
}
