// Maximum pooling as an operator of autograd over the passes of PoolingPasses.h. libtorch's writes an index of
// 8 bytes for each output and keeps its input; this one writes 2 bits, and keeps nothing else.
#include "MaxPooling.h"

#include <torch/csrc/autograd/custom_function.h>

#include "Parallel.h"
#include "VectorKernels.h"

namespace caten {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr auto channels_last = at::MemoryFormat::ChannelsLast;

const fused::Kernels *kernels_for(const at::Tensor &maps) {
  return fused::kernels(maps.scalar_type() == at::kBFloat16);
}

/// body(rows) for parts of the rows of windows of all images.
template <typename Body>
void for_rows(int64_t images, const fused::Windows &windows, Body body) {
  in_parallel(images * windows.rows(), [&](int64_t first, int64_t end) {
    body(fused::WindowRows{first, end});
  });
}

struct MaxPooling : torch::autograd::Function<MaxPooling> {
  static at::Tensor forward(AutogradContext *context, const at::Tensor &input, int64_t padding) {
    const auto images = input.size(0), channels = input.size(1);
    const fused::Windows windows{input.size(2), input.size(3), channels, padding};
    const auto y = at::empty(
        {images, channels, windows.rows(), windows.columns()},
        input.options().memory_format(channels_last));
    at::Tensor places;
    if (input.requires_grad()) {
      places = at::empty(
          {y.numel() / fused::group, 2}, at::TensorOptions().dtype(at::kShort));
      context->save_for_backward({places});
      context->saved_data["sizes"] = input.sizes().vec();
      context->saved_data["padding"] = padding;
    }
    const fused::Pooling pass{
        input.data_ptr(), y.data_ptr(),
        places.defined() ? static_cast<uint16_t *>(places.data_ptr()) : nullptr};
    const auto &kernels = *kernels_for(input);
    for_rows(
        images, windows, [&](fused::WindowRows rows) { kernels.pool(windows, pass, rows); });
    return y;
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
    TORCH_CHECK(
        !at::GradMode::is_enabled(), "this maximum pooling cannot be differentiated twice");
    const auto places = context->get_saved_variables()[0];
    const auto sizes = context->saved_data["sizes"].toIntVector();
    const fused::Windows windows{
        sizes[2], sizes[3], sizes[1], context->saved_data["padding"].toInt()};
    const auto gradient = gradients[0].contiguous(channels_last);
    const auto options = gradient.options().memory_format(channels_last);
    const auto result =
        windows.cover_all() ? at::empty(sizes, options) : at::empty(sizes, options).zero_();
    const fused::Unpooling pass{
        gradient.data_ptr(), static_cast<const uint16_t *>(places.data_ptr()), result.data_ptr()};
    const auto &kernels = *kernels_for(gradient);
    for_rows(
        sizes[0], windows, [&](fused::WindowRows rows) { kernels.unpool(windows, pass, rows); });
    return {result, at::Tensor()};
  }
};

bool suits(const at::Tensor &x, int64_t kernel, int64_t stride, int64_t padding) {
  return kernel == 2 && stride == 2 && (padding == 0 || padding == 1) && x.device().is_cpu() &&
         x.dim() == 4 && x.numel() > 0 && x.size(1) % fused::group == 0 &&
         x.size(2) + 2 * padding >= 2 && x.size(3) + 2 * padding >= 2 &&
         x.is_contiguous(channels_last) &&
         (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16) && kernels_for(x);
}

}  // namespace

at::Tensor max_pool(const at::Tensor &input, int64_t kernel, int64_t stride, int64_t padding) {
  if (suits(input, kernel, stride, padding)) return MaxPooling::apply(input, padding);
  return at::max_pool2d(input, {kernel, kernel}, {stride, stride}, {padding, padding});
}

}  // namespace caten
