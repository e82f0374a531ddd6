// Maximum pooling of windows of 2 x 2.
#pragma once

#include <ATen/core/Tensor.h>

namespace caten {

/// The largest element of every window. Windows of 2 x 2 with stride 2 have kernels here, on the processor,
/// for float32 and bfloat16 in channels-last layout with channels in sixteens; others are libtorch's.
at::Tensor max_pool(const at::Tensor &input, int64_t kernel, int64_t stride, int64_t padding);

}  // namespace caten
