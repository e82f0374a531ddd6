import Foundation
import Testing
import Torch

extension TorchTests {
  /// Operators do not throw: what becomes of those that libtorch refuses.
  @Suite struct TensorErrors {
    private let a = tensor([1, 2, 3, 4, 5, 6], [2, 3])

    /// A product that libtorch refuses, with its error thrown already.
    private func failed() -> Tensor {
      let product = a.matmul(a)
      #expect(throws: TorchError.self) { try product.floats() }
      return product
    }

    @Test func `An error names the operator and the shapes of its operands`() throws {
      let errors = [
        ("matmul of [2, 3] and [2, 3]: ", a.matmul(a)),
        ("+ of [2, 3] and [2]: ", a + tensor([1, 2], [2])),
        ("reshaped of [2, 3]: ", a.reshaped([4])), ("sum of [2, 3]: ", a.sum(along: [2])),
        ("concatenated of [2, 3] and [3, 2]: ", .concatenated([a, a.transposed()])),
        ("linear of [2, 3] and [2, 2] and [2]: ", a.linear(.zeros([2, 2]), bias: .zeros([2]))),
        ("crossEntropy of [2, 3] and [1]: ", a.crossEntropy(Tensor([0]))),
      ].map { prefix, tensor in (prefix, #expect(throws: TorchError.self) { try tensor.floats() }) }
      for (prefix, error) in errors {
        let text = error?.description ?? ""
        #expect(text.hasPrefix(prefix) && text.count > prefix.count, "\(text)")
      }
    }

    @Test func `An error says whether memory ran out`() throws {
      // 4 PiB, which no process can have.
      let error = #expect(throws: TorchError.self) { try Tensor.zeros([1 << 50]).floats() }
      #expect(error?.kind == .outOfMemory, "\(error?.message ?? "")")
      let refused = #expect(throws: TorchError.self) { try a.matmul(a).floats() }
      #expect(refused?.kind == .refused)
    }

    @Test func `The first error is thrown, and forgotten once it is`() throws {
      let product = a.matmul(a)
      let later = (product + 1).sum() + a.reshaped([4]).sum()
      let error = #expect(throws: TorchError.self) { try later.scalar() }
      #expect(error?.message.hasPrefix("matmul") == true)
      #expect(try a.sum().scalar() == 21)
    }

    @Test func `A failed tensor has no shape, and stops no program`() throws {
      let tensor = failed()
      #expect(tensor.shape == [] && tensor.rank == 0 && tensor.count == 0 && tensor.size(1) == 0)
      #expect(tensor.dtype == nil && tensor.device == .cpu)
      #expect(!tensor.isChannelsLast && !tensor.requiresGradient)
      let derived = [
        tensor.sum(), tensor.mean(), tensor.globallyAveraged(), tensor.normalisedRows(),
        tensor.symmetricEigen().vectors, tensor.copy(), tensor.settingRequiresGradient(),
        .concatenated([a, tensor]), BatchNormalisation(3, on: .cpu)(tensor, training: true),
      ]
      #expect(derived.allSatisfy { $0.shape == [] })
      for tensor in derived {
        #expect(throws: TorchError.self) { try tensor.floats() }
        #expect(throws: TorchError.self) { try tensor.scalar() }
        #expect(throws: TorchError.self) { try tensor.integers() }
        #expect(throws: TorchError.self) { try tensor.bytes() }
        #expect(throws: TorchError.self) { try tensor.backward() }
      }
    }

    @Test func `A size that a tensor does not have is an error`() throws {
      #expect(a.size(1) == 3)
      #expect(a.size(2) == 0)
      let error = #expect(throws: TorchError.self) { try a.floats() }
      #expect(error?.message == "size(2) of a tensor of shape [2, 3]")
    }

    @Test func `An operator in place changes nothing by a failed operand`() throws {
      let tensor = failed()
      for change in [
        { a.add(tensor) }, { a.copy(from: tensor) }, { a.addProduct(a, tensor, scale: 1) },
        { a.setRows(Tensor([0]), to: tensor) },
      ] {
        #expect(throws: TorchError.self) { try Torch.checked(change) }
      }
      #expect(try a.floats() == [1, 2, 3, 4, 5, 6])
    }

    @Test func `A checked body throws its first operator's error, and begins without any`() throws {
      struct OwnError: Error {}
      #expect(try Torch.checked { 3 } == 3)
      #expect(throws: OwnError.self) { try Torch.checked { throw OwnError() } }
      // What a body throws for want of a shape is a consequence.
      let error = #expect(throws: TorchError.self) {
        try Torch.checked { if a.matmul(a).shape != [2, 2] { throw OwnError() } }
      }
      #expect(error?.message.hasPrefix("matmul") == true)
      #expect(try Torch.checked { a.sum() }.scalar() == 21)
    }

    @Test func `An error that nothing has thrown keeps the next body from running`() throws {
      _ = a.matmul(a)
      var runs = 0
      #expect(throws: TorchError.self) { try Torch.checked { runs += 1 } }
      #expect(runs == 0)
      try Torch.checked { runs += 1 }
      #expect(runs == 1)
    }

    @Test func `An error stays on its thread`() throws {
      _ = a.matmul(a)
      let done = DispatchSemaphore(value: 0)
      nonisolated(unsafe) var sum: Double?
      nonisolated(unsafe) let a = a
      Thread {
        sum = try? a.sum().scalar()
        done.signal()
      }.start()
      done.wait()
      #expect(sum == 21)
      #expect(throws: TorchError.self) { try Torch.checked {} }
    }

    @Test func `No parameter is stepped where one has a failed gradient`() throws {
      let parameter = tensor([1], [1]).settingRequiresGradient()
      for optimiser: any Optimiser in [
        SGD([("good", parameter), ("failed", failed())], learningRate: 1),
        Adam([("good", parameter), ("failed", failed())], learningRate: 1),
        LARS([("good", parameter), ("failed", failed())], learningRate: 1),
      ] {
        parameter.clearGradient()
        try parameter.sum().backward()
        #expect(throws: TorchError.self) { try optimiser.step() }
        #expect(try parameter.scalar() == 1)
      }
    }

    @Test func `Nothing goes backward after an error`() throws {
      let parameter = tensor([1], [1]).settingRequiresGradient()
      let loss = parameter.sum()
      _ = a.matmul(a)
      #expect(throws: TorchError.self) { try loss.backward() }
      #expect(parameter.gradient == nil)
    }
  }
}
