#include "Convolution.h"
#include "FusedNormalisation.h"
#include "Guard.h"
#include "MaxPooling.h"

using namespace caten;

caten_tensor caten_conv2d(
    caten_tensor input, caten_tensor weight, caten_tensor bias, int64_t stride, int64_t padding,
    int64_t groups) {
  return guard([&] {
    return convolution(
        unwrap(input), unwrap(weight), optional(bias), stride, padding, groups);
  });
}

caten_tensor caten_conv_transpose2d(
    caten_tensor input, caten_tensor weight, caten_tensor bias, int64_t stride, int64_t padding) {
  return guard([&] {
    return at::conv_transpose2d(
        unwrap(input), unwrap(weight), optional(bias), {stride, stride}, {padding, padding});
  });
}

namespace {

at::Tensor or_undefined(caten_tensor handle) { return handle ? unwrap(handle) : at::Tensor(); }

/// One value of a channel has no variance. Libtorch computes NaN from it.
void check_count(const at::Tensor &input, bool training) {
  TORCH_CHECK(
      !training || input.dim() < 2 || input.numel() > input.size(1),
      "batch normalisation of a single value per channel, ", input.sizes(),
      ": larger batches or images have more");
}

at::Tensor batch_norm(const fused::Operands &o) {
  return at::batch_norm(
      o.input, o.weight, o.bias, o.running_mean, o.running_variance, o.training, o.momentum,
      o.epsilon, /*cudnn_enabled=*/true);
}

}  // namespace

caten_tensor caten_batch_norm(
    caten_tensor input, caten_tensor weight, caten_tensor bias, caten_tensor running_mean,
    caten_tensor running_var, bool training, double momentum, double epsilon) {
  return guard([&] {
    const fused::Operands operands{
        unwrap(input), or_undefined(weight), or_undefined(bias), or_undefined(running_mean),
        or_undefined(running_var), {}, training, momentum, epsilon};
    check_count(operands.input, training);
    return fused::suits(operands) ? fused::apply(operands, fused::Mode::nothing, 1)[0]
                                  : batch_norm(operands);
  });
}

bool caten_batch_norm_relu(
    caten_tensor input, caten_tensor residual, caten_tensor weight, caten_tensor bias,
    caten_tensor running_mean, caten_tensor running_var, bool training, double momentum,
    double epsilon, caten_tensor *results, int64_t count) {
  return attempt([&] {
    const fused::Operands operands{
        unwrap(input), unwrap(weight), unwrap(bias), unwrap(running_mean), unwrap(running_var),
        or_undefined(residual), training, momentum, epsilon};
    check_count(operands.input, training);
    std::vector<at::Tensor> tensors;
    if (fused::suits(operands)) {
      const auto mode = residual ? fused::Mode::add_relu : fused::Mode::relu;
      tensors = fused::apply(operands, mode, static_cast<int>(count));
    } else {
      const auto normalised = batch_norm(operands);
      tensors.assign(count, at::relu(residual ? normalised + unwrap(residual) : normalised));
    }
    for (int64_t i = 0; i < count; i++) results[i] = wrap(tensors[i]);
  });
}

caten_tensor caten_linear(caten_tensor input, caten_tensor weight, caten_tensor bias) {
  return guard([&] { return at::linear(unwrap(input), unwrap(weight), optional(bias)); });
}

caten_tensor caten_max_pool2d(caten_tensor input, int64_t kernel, int64_t stride, int64_t padding) {
  return guard([&] {
    return max_pool(unwrap(input), kernel, stride, padding);
  });
}

caten_tensor caten_adaptive_avg_pool2d(caten_tensor input, int64_t size) {
  return guard([&] { return at::adaptive_avg_pool2d(unwrap(input), {size, size}); });
}

caten_tensor caten_nll_loss(caten_tensor log_probabilities, caten_tensor target) {
  return guard([&] { return at::nll_loss(unwrap(log_probabilities), unwrap(target)); });
}

bool caten_linalg_eigh(caten_tensor a, caten_tensor *values, caten_tensor *vectors) {
  return attempt([&] {
    auto result = at::linalg_eigh(unwrap(a));
    *values = wrap(std::get<0>(result));
    *vectors = wrap(std::get<1>(result));
  });
}
