#include "Convolution.h"

#include <ATen/autocast_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include "CATen.h"
#include "Winograd.h"

namespace caten {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr auto channels_last = at::MemoryFormat::ChannelsLast;

winograd::Shape shape_of(const at::Tensor &input, const at::Tensor &weight) {
  return {input.size(0), input.size(2), input.size(3), weight.size(1), weight.size(0)};
}

winograd::Element element_of(const at::Tensor &tensor) {
  return tensor.scalar_type() == at::kFloat ? winograd::Element::float32
                                            : winograd::Element::bfloat16;
}

/// A map with the type and the layout of `like` and `channels` channels.
at::Tensor map(const at::Tensor &like, int64_t channels) {
  return at::empty(
      {like.size(0), channels, like.size(2), like.size(3)}, like.options().memory_format(channels_last));
}

/// A convolution of 3 x 3, stride 1 and padding 1, of float32 or bfloat16 with weights of float32.
struct WinogradConvolution : torch::autograd::Function<WinogradConvolution> {
  static at::Tensor forward(
      AutogradContext *context, const at::Tensor &input, const at::Tensor &weight) {
    const auto images = input.contiguous(channels_last), kernels = weight.contiguous(channels_last);
    context->save_for_backward({images, kernels});
    // Asked for here: whether a saved tensor requires a gradient can change until the backward pass.
    context->saved_data["input"] = input.requires_grad();
    context->saved_data["weight"] = weight.requires_grad();
    auto out = map(images, weight.size(0));
    winograd::convolve(
        shape_of(images, kernels), element_of(images), images.data_ptr(), kernels.data_ptr<float>(),
        out.data_ptr());
    return out;
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
    TORCH_CHECK(
        !at::GradMode::is_enabled(),
        "Winograd's convolutions cannot be differentiated twice; with SCL_CONVOLUTIONS=libtorch "
        "convolutions can");
    const auto saved = context->get_saved_variables();
    const auto &images = saved[0], &kernels = saved[1];
    const auto shape = shape_of(images, kernels);
    const auto element = element_of(images);
    const auto gradient = gradients[0].contiguous(channels_last);
    at::Tensor of_input, of_weight;
    if (context->saved_data["input"].toBool()) {
      of_input = map(images, images.size(1));
      winograd::input_gradient(
          shape, element, gradient.data_ptr(), kernels.data_ptr<float>(), of_input.data_ptr());
    }
    if (context->saved_data["weight"].toBool()) {
      of_weight = at::empty_like(kernels, kernels.options().memory_format(channels_last));
      winograd::weight_gradient(
          shape, element, images.data_ptr(), gradient.data_ptr(), of_weight.data_ptr<float>());
    }
    return {of_input, of_weight};
  }
};

/// Whether the kernels of 3 x 3 exist for these tensors, and are faster than libtorch's convolution.
bool suits_winograd(
    const at::Tensor &input, const at::Tensor &weight, const c10::optional<at::Tensor> &bias, int64_t stride,
    int64_t padding, int64_t groups, bool autocast) {
  if (stride != 1 || padding != 1 || groups != 1 || input.dim() != 4 || weight.dim() != 4 ||
      weight.size(2) != 3 || weight.size(3) != 3 || input.size(1) != weight.size(1) ||
      !input.device().is_cpu() || !weight.device().is_cpu() || weight.scalar_type() != at::kFloat) {
    return false;
  }
  // libtorch refuses what broadcasting would let pass.
  if (bias && (bias->dim() != 1 || bias->size(0) != weight.size(0) ||
               bias->scalar_type() != at::kFloat)) {
    return false;
  }
  const auto type = input.scalar_type();
  const bool is_half = autocast && (type == at::kFloat || type == at::kBFloat16);
  if (!is_half && (autocast || type != at::kFloat)) return false;
  // Matrix units compute products of bfloat16 several times as fast as any of float32.
  if (is_half && winograd::has_matrix_tiles()) return false;
  return winograd::supports(shape_of(input, weight));
}

}  // namespace

at::Tensor convolution(
    const at::Tensor &input, const at::Tensor &weight, const c10::optional<at::Tensor> &bias, int64_t stride,
    int64_t padding, int64_t groups) {
  const bool autocast = input.device().is_cpu() && caten_autocast_enabled(caten_cpu);
  if (!suits_winograd(input, weight, bias, stride, padding, groups, autocast)) {
    return at::conv2d(
        input, weight, bias, {stride, stride}, {padding, padding}, {1, 1}, groups);
  }
  // As autocast does, the input is rounded to bfloat16. The weights are not.
  auto out = WinogradConvolution::apply(autocast ? input.to(at::kBFloat16) : input, weight);
  return bias ? out + bias->to(out.scalar_type()).reshape({1, -1, 1, 1}) : out;
}

}  // namespace caten
