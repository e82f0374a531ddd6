import Conformance
import Core
import Foundation
import HDF5
import Methods
import Testing
import Torch
import Vision

extension MethodsTests {
  @Suite struct ConformanceOfMethods {
    /// All but the control that names a row and computes nothing.
    @Test(arguments: MethodRegistry.builtIn.names.filter { $0 != TrueLabels.description.name })
    func `A registered method keeps every promise`(_ name: String) throws {
      let method = try MethodRegistry.builtIn.method(name)
      let findings = try Conformance().findings(of: method)
      #expect(findings.isEmpty, "\(findings.map(\.description).joined(separator: "\n"))")
    }
  }

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

    @Test func `One that does not document a setting is found out`() throws {
      #expect(try broken(Undocumented.self) == [.settings])
    }

    @Test func `One with two settings of one name is found out, not stopped by it`() throws {
      #expect(
        try Conformance().findings(of: TwiceNamed.self).map(\.detail)
          == ["'dimensions' is there twice"])
    }

    @Test func `One that says nothing of itself is found out`() throws {
      #expect(try broken(Nameless.self) == [.description])
    }

    @Test func `A finding says what is broken and how that showed`() throws {
      let findings = try Conformance().findings(of: Trained<TooFew>.self, promises: [.assignments])
      #expect(
        findings.first?.description
          == "trained breaks 'every image gets one of the K clusters': 64 images get 63 clusters")
    }
  }
}
