import Core
import Foundation
import Testing
import Torch

/// A convolution of 3 x 3 of random numbers, its result and the gradients of a random weighting of it.
private struct Trial {
  let output: Tensor
  let inputGradient: Tensor?
  let weightGradient: Tensor

  /// - Parameters:
  ///   - shape: [N, C, H, W] of the input.
  ///   - outputs: channels of the output.
  ///   - type: that of all tensors.
  init(
    _ shape: [Int], outputs: Int, stride: Int = 1, padding: Int = 1, type: DType = .float32,
    autocast: Precision = .float32, channelsLast: Bool = true, ofInput: Bool = true
  ) throws {
    var stream = RandomStream(seed: 3, purpose: .weights)
    func random(_ shape: [Int]) -> Tensor {
      // Values that bfloat16 holds, so that all types start from the same ones.
      let values = Tensor.normal(shape, standardDeviation: 1, from: &stream).to(.bfloat16).to(type)
      return channelsLast ? values.channelsLast() : values
    }
    let input = random(shape).settingRequiresGradient(ofInput)
    let weight = random([outputs, shape[1], 3, 3]).settingRequiresGradient()
    let output = Torch.autocast(autocast, on: .cpu) {
      input.convolved(weight, stride: stride, padding: padding)
    }
    try (output.to(type) * random(output.shape)).sum().backward()
    self.output = output.detached()
    inputGradient = input.gradient
    weightGradient = try #require(weight.gradient)
  }

  var tensors: [Tensor] { [output, inputGradient, weightGradient].compactMap(\.self) }
}

/// The norm of the difference of each tensor of `trial` from that of `reference`, relative to the norm.
private func errors(_ trial: Trial, _ reference: Trial) throws -> [Double] {
  try zip(trial.tensors, reference.tensors).map { tensor, expected in
    let difference = (tensor.to(.float64) - expected.to(.float64)).squared().sum()
    return try (difference / expected.to(.float64).squared().sum()).squareRoot().scalar()
  }
}

/// The largest of the errors of many sizes of images and numbers of channels, against libtorch in float64.
private func largestError() throws -> Double {
  let trials: [(shape: [Int], outputs: Int)] = [
    ([2, 16, 5, 7], 32), ([1, 48, 9, 9], 16), ([1, 32, 24, 24], 32), ([3, 16, 2, 2], 48),
    ([2, 64, 4, 4], 80), ([5, 512, 3, 3], 16), ([1, 16, 6, 6], 512), ([9, 256, 4, 4], 128),
    ([40, 32, 16, 16], 48),
  ]
  return try trials.flatMap { shape, outputs in
    try errors(
      Trial(shape, outputs: outputs), Trial(shape, outputs: outputs, type: .float64))
  }.max() ?? .infinity
}

private func setKernels(_ name: String) { setenv("SCL_CONVOLUTIONS", name, 1) }

extension TorchTests {
  @Suite struct Convolutions {
    @Test func `3x3 convolutions and their gradients agree with float64`() throws {
      #expect(try largestError() < 1e-5)
    }

    @Test func `They do with the kernels of AVX2, and with those of libtorch`() async {
      // In processes of their own: the kernels are chosen once.
      await #expect(processExitsWith: .success) {
        setKernels("avx2")
        try #require(!Torch.configuration.contains("3x3 convolutions: AVX-512"))
        try #require(try largestError() < 1e-5)
      }
      await #expect(processExitsWith: .success) {
        setKernels("libtorch")
        try #require(Torch.configuration.contains("3x3 convolutions: libtorch"))
        try #require(try largestError() < 1e-5)
      }
    }

    @Test func `The number of threads changes no bit of 3x3 convolutions`() throws {
      let before = Torch.threads
      defer { Torch.threads = before }
      for (shape, outputs) in [([30, 32, 16, 16], 32), ([20, 256, 5, 5], 128)] {
        var results: [[[Float]]] = []
        for threads in [1, 2, 3] {
          Torch.threads = threads
          results.append(try Trial(shape, outputs: outputs).tensors.map { try $0.floats() })
        }
        #expect(results[0] == results[1] && results[0] == results[2])
      }
    }

    @Test func `Layout, stride, padding and odd numbers of channels do not matter`() throws {
      let trials = try [DType.float32, .float64].map { type in
        try [
          Trial([2, 32, 7, 7], outputs: 32, type: type, channelsLast: false),
          Trial([2, 32, 7, 7], outputs: 32, type: type, ofInput: false),
          Trial([2, 32, 8, 8], outputs: 16, stride: 2, type: type),
          Trial([2, 32, 8, 8], outputs: 16, padding: 0, type: type),
          Trial([2, 20, 8, 8], outputs: 12, type: type),
        ]
      }
      for (trial, reference) in zip(trials[0], trials[1]) {
        #expect(try errors(trial, reference).allSatisfy { $0 < 1e-5 })
      }
      #expect(trials[0][1].inputGradient == nil)
    }

    @Test func `Under autocast images are bfloat16, and gradients of weights float32`() throws {
      let trial = try Trial([4, 32, 8, 8], outputs: 32, autocast: .bfloat16)
      #expect(trial.output.dtype == .bfloat16)
      #expect(trial.weightGradient.dtype == .float32)
      // bfloat16 has 8 bits.
      let reference = try Trial([4, 32, 8, 8], outputs: 32, type: .float64)
      #expect(try errors(trial, reference).allSatisfy { $0 < 5e-3 })
    }

    @Test func `A bias is added, and one of another shape is refused`() throws {
      let input = Tensor.full([1, 16, 4, 4], 1).channelsLast()
      let weight = Tensor.zeros([32, 16, 3, 3])
      let output = input.convolved(weight, bias: .full([32], 2), padding: 1)
      #expect(try output.floats().allSatisfy { $0 == 2 })
      for shape in [[1], [16], [32, 1]] {
        #expect(throws: TorchError.self) {
          try input.convolved(weight, bias: .full(shape, 2), padding: 1).floats()
        }
      }
    }

    @Test(arguments: [Precision.float32, .bfloat16])
    func `No number at all reaches every pixel around it`(precision: Precision) throws {
      var pixels = [Float](repeating: 1, count: 16 * 7 * 7)
      pixels[3 * 7 + 4] = .nan  // channel 0, row 3, column 4
      let weight = Tensor.full([16, 16, 3, 3], 1)
      let output = Torch.autocast(precision, on: .cpu) {
        Tensor(pixels, shape: [1, 16, 7, 7]).channelsLast().convolved(weight, padding: 1)
      }
      let values = try output.to(.float32).floats()
      for (row, column) in [(2, 3), (2, 5), (3, 4), (4, 3), (4, 5)] {
        #expect(values[row * 7 + column].isNaN)
      }
    }
  }
}
