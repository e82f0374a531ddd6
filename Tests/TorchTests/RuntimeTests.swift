import Core
import Foundation
import Testing
import Torch

extension TorchTests {
  @Suite struct Runtime {
    @Test func `A mismatch of shapes is an error with libtorch's message`() throws {
      let a = Tensor.zeros([2, 3])
      let product = try #require(throws: TorchError.self) { try a.matmul(a).floats() }
      #expect(product.message.contains("mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)"))
      let sum = try #require(throws: TorchError.self) { try (a + Tensor.zeros([2])).floats() }
      #expect(sum.message.contains("must match the size of tensor b (2)"))
      #expect(!sum.description.contains("\n"))
      #expect(throws: TorchError.self) { try a.reshaped([4]).floats() }
      #expect(throws: TorchError.self) { try a.rows(Tensor([2])).floats() }
    }

    @Test func `Values that do not fill their shape are refused`() {
      let error = #expect(throws: TorchError.self) { try tensor([1, 2, 3], [2, 2]).floats() }
      #expect(error?.message == "3 values do not fill the shape [2, 2]")
      #expect(throws: TorchError.self) { try tensor([1, 2], [2]).scalar() }
    }

    @Test(.enabled(if: residentBytes() > 0, "needs /proc/self/statm"))
    func `Memory is freed when the last reference goes`() async {
      // In a process of its own: other tests take and give back memory beside this one.
      await #expect(processExitsWith: .success) {
        let before = residentBytes()
        var largest = 0
        for round in 0..<50 {
          // 40 MB, written so that its pages are really there.
          let tensor = Tensor.full([10_000_000], Double(round))
          try #require(tensor.count == 10_000_000)
          largest = max(largest, residentBytes() - before)
        }
        // 50 tensors that stayed would be 2 GB; the first brings libtorch's own memory with it.
        try #require((40_000_000..<200_000_000).contains(largest), "\(largest) bytes")
      }
    }

    @Test func `Deterministic operators can be asked for, and given up`() async {
      // In a process of its own, since it holds for all tensors.
      await #expect(processExitsWith: .success) {
        try Torch.checked {
          Torch.setDeterministic(true)
          try #require(getenv("CUBLAS_WORKSPACE_CONFIG").map { String(cString: $0) } == ":4096:8")
          let sums = Tensor.zeros([2]).adding(
            Tensor.full([3], 1), at: Tensor([0, 1, 0]), along: 0)
          try #require(try sums.floats() == [2, 1])
          Torch.setDeterministic(false)
        }
      }
    }

    @Test func `Autocast computes products in bfloat16 and leaves the leaves in float32`() throws {
      let weight = Tensor.full([4, 4], 0.5).settingRequiresGradient()
      let x = Tensor.full([2, 4], 1)
      let product = Torch.autocast(.bfloat16, on: .cpu) { x.matmul(weight) }
      #expect(product.dtype == .bfloat16)
      try product.to(.float32).sum().backward()
      #expect(weight.dtype == .float32)
      #expect(weight.gradient?.dtype == .float32)
      #expect(try weight.gradient?.floats() == [Float](repeating: 2, count: 16))
      #expect(x.matmul(weight).dtype == .float32, "autocast ends with its body")
      let plain = Torch.autocast(.float32, on: .cpu) { x.matmul(weight) }
      #expect(plain.dtype == .float32)
    }

    @Test func `Autocast within autocast leaves what was set before`() throws {
      let x = Tensor.full([2, 2], 1)
      func product() -> DType? { x.matmul(x).dtype }
      let types = Torch.autocast(.bfloat16, on: .cpu) {
        [
          Torch.autocast(.bfloat16, on: .cpu) { product() }, product(),
          Torch.autocast(.float32, on: .cpu) { product() }, product(),
        ]
      }
      #expect(types == [.bfloat16, .bfloat16, .float32, .bfloat16])
      #expect(product() == .float32)
    }

    @Test func `Autocast sees a weight that changed since the last forward pass`() throws {
      let weight = Tensor.full([2, 2], 1).settingRequiresGradient()
      let x = Tensor.full([1, 2], 1)
      func product() throws -> [Float] {
        try Torch.autocast(.bfloat16, on: .cpu) { x.matmul(weight) }.floats()
      }
      #expect(try product() == [2, 2])
      Torch.withoutGradients { weight.scale(by: 3) }
      #expect(try product() == [6, 6])
    }

    @Test func `An error inside autocast does not leave it on`() throws {
      let x = Tensor.zeros([2, 3])
      #expect(throws: TorchError.self) {
        try Torch.autocast(.bfloat16, on: .cpu) { try x.matmul(x).floats() }
      }
      #expect(x.matmul(x.transposed()).dtype == .float32)
    }

    @Test(arguments: Precision.allCases)
    func `Three steps give the same bits every time on as many threads`(
      _ precision: Precision
    ) throws {
      let before = Torch.threads
      defer { Torch.threads = before }
      let byThreads = try [1, 2].map { threads in
        Torch.threads = threads
        let first = try trainedParameters(precision)
        #expect(try trainedParameters(precision) == first, "\(threads) threads")
        return first
      }
      // Sums over a batch are divided among the threads (batch normalisation, gradients of weights
      // in libtorch 1.13.1): another number of threads rounds otherwise, and no more than that.
      let difference = largestDifference(byThreads[0], byThreads[1].map(Double.init))
      #expect(difference < (precision == .float32 ? 1e-4 : 1e-2))
    }

    /// The parameters of a small network after three steps on fixed images.
    private func trainedParameters(_ precision: Precision) throws -> [Float] {
      var stream = RandomStream(seed: 3, purpose: .weights)
      let convolution = Convolution(3, 16, kernel: 3, padding: 1, on: .cpu, from: &stream)
      let normalisation = BatchNormalisation(16, on: .cpu)
      let head = Linear(16, 10, on: .cpu, from: &stream)
      let parameters: [NamedTensor] =
        [("convolution", convolution.weight)]
        + normalisation.parameters.map { ("normalisation." + $0.name, $0.tensor) }
        + head.parameters.map { ("head." + $0.name, $0.tensor) }
      let optimiser = SGD(parameters, learningRate: 0.1, momentum: 0.9, nesterov: true)
      // Large enough for libtorch to divide the work.
      let images = Tensor.normal([64, 3, 24, 24], standardDeviation: 1, from: &stream)
        .channelsLast()
      let classes = Tensor((0..<64).map { $0 % 10 })
      for _ in 0..<3 {
        let logits = Torch.autocast(precision, on: .cpu) {
          head(normalisation(convolution(images), training: true).relu().globallyAveraged())
        }
        try logits.to(.float32).crossEntropy(classes).backward()
        try optimiser.step()
        for parameter in parameters { parameter.tensor.clearGradient() }
      }
      return try parameters.flatMap { try $0.tensor.detached().floats() }
    }
  }
}

/// The resident set of this process in bytes; 0 where the system does not say.
private func residentBytes() -> Int {
  guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else {
    return 0
  }
  let fields = text.split(separator: " ")
  return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
}
