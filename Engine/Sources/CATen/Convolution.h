// Convolutions as networks have them: Winograd's where they are faster, libtorch's elsewhere.
#pragma once

#include <ATen/ATen.h>

namespace caten {

/// Convolution of [N, C, H, W] with a weight [O, C / groups, k, k] and a bias [O].
at::Tensor convolution(
    const at::Tensor &input, const at::Tensor &weight, const c10::optional<at::Tensor> &bias, int64_t stride,
    int64_t padding, int64_t groups);

}  // namespace caten
