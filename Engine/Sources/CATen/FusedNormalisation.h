// Batch normalisation, addition and ReLU in two passes forward and two backward.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "VectorKernels.h"

namespace caten::fused {

struct Operands {
  at::Tensor input;  ///< [N, C, H, W]
  at::Tensor weight;
  at::Tensor bias;
  at::Tensor running_mean;
  at::Tensor running_variance;
  at::Tensor residual;  ///< of Mode::add_relu, undefined otherwise
  bool training;
  double momentum;
  double epsilon;
};

/// Whether `apply` can do it: float32 or bfloat16 on the processor, channels-last, channels in sixteens.
bool suits(const Operands &operands);

/// The result, as `outputs` variables in the same memory. What is used in several places sends a gradient
/// from each: with a variable for each they are added while they are read.
/// @param outputs 1 or 2
std::vector<at::Tensor> apply(const Operands &operands, Mode mode, int outputs);

}  // namespace caten::fused
