#include "Guard.h"

using namespace caten;

caten_tensor caten_conv2d(
    caten_tensor input, caten_tensor weight, caten_tensor bias, int64_t stride, int64_t padding,
    int64_t groups) {
  return guard([&] {
    return at::conv2d(
        unwrap(input), unwrap(weight), optional(bias), {stride, stride}, {padding, padding}, {1, 1},
        groups);
  });
}

caten_tensor caten_conv_transpose2d(
    caten_tensor input, caten_tensor weight, caten_tensor bias, int64_t stride, int64_t padding) {
  return guard([&] {
    return at::conv_transpose2d(
        unwrap(input), unwrap(weight), optional(bias), {stride, stride}, {padding, padding});
  });
}

caten_tensor caten_batch_norm(
    caten_tensor input, caten_tensor weight, caten_tensor bias, caten_tensor running_mean,
    caten_tensor running_var, bool training, double momentum, double epsilon) {
  return guard([&] {
    return at::batch_norm(
        unwrap(input), optional(weight), optional(bias), optional(running_mean),
        optional(running_var), training, momentum, epsilon, /*cudnn_enabled=*/true);
  });
}

caten_tensor caten_linear(caten_tensor input, caten_tensor weight, caten_tensor bias) {
  return guard([&] { return at::linear(unwrap(input), unwrap(weight), optional(bias)); });
}

caten_tensor caten_max_pool2d(caten_tensor input, int64_t kernel, int64_t stride, int64_t padding) {
  return guard([&] {
    return at::max_pool2d(
        unwrap(input), {kernel, kernel}, {stride, stride}, {padding, padding});
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
