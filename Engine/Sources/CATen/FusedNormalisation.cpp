// Batch normalisation, addition and ReLU as one operator of autograd over the passes of
// NormalisationPasses.h.
#include "FusedNormalisation.h"

#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>
#include <torch/csrc/autograd/saved_variable.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "Guard.h"
#include "Parallel.h"

namespace caten::fused {
namespace {

using torch::autograd::Node;

constexpr auto channels_last = at::MemoryFormat::ChannelsLast;

/// Rows [R, C] of a tensor [N, C, H, W], in slabs of about 32,768 elements.
struct Rows {
  int64_t count;
  int64_t channels;

  explicit Rows(const at::Tensor &x) : count(x.numel() / x.size(1)), channels(x.size(1)) {}

  int64_t height() const { return std::max<int64_t>(1, 32768 / channels); }
  int64_t slabs() const { return (count + height() - 1) / height(); }
  Slab slab(int64_t i) const { return {i * height(), std::min(count, (i + 1) * height())}; }
};

/// A pass from the first row to the last: what lies first is what the pass before has read last.
template <typename Body>
void forwards(const Rows &rows, Body body) {
  in_parallel(rows.slabs(), [&](int64_t first, int64_t end) {
    for (int64_t i = first; i < end; i++) body(i);
  });
}

/// Two sums of each channel over all rows, those of the slabs added in order. The pass goes from the last
/// row to the first: the operator before has written the last row last, and it is in the cache.
/// body(slab, sums, products, scratch) is a slab's share.
template <typename Body>
std::vector<double> summed(const Rows &rows, Body body) {
  const auto channels = rows.channels, slabs = rows.slabs();
  // For each slab two sums, and the floats that they are made of.
  const auto room = 3 * channels;
  std::unique_ptr<double[]> shares(new double[slabs * room]);
  in_parallel(slabs, [&](int64_t first, int64_t end) {
    for (int64_t i = end - 1; i >= first; i--) {
      const auto share = shares.get() + i * room;
      body(
          rows.slab(i), share, share + channels, reinterpret_cast<float *>(share + 2 * channels));
    }
  });
  std::vector<double> sums(2 * channels, 0.0);
  for (int64_t i = 0; i < slabs; i++) {
    for (int64_t c = 0; c < 2 * channels; c++) sums[c] += shares[i * room + c];
  }
  return sums;
}

/// What a channel's values are normalised with: float32 [4, C].
struct Coefficients {
  at::Tensor values;
  int64_t channels;

  explicit Coefficients(int64_t channels)
      : values(at::empty({4, channels}, at::TensorOptions().dtype(at::kFloat))),
        channels(channels) {}
  explicit Coefficients(const at::Tensor &values) : values(values), channels(values.size(1)) {}

  float *row(int64_t i) const { return static_cast<float *>(values.data_ptr()) + i * channels; }
  float *mean() const { return row(0); }
  float *scale() const { return row(1); }
  float *bias() const { return row(2); }
  /// 1 / sqrt(variance + epsilon)
  float *inverse_deviation() const { return row(3); }
};

float *floats(const at::Tensor &tensor) { return static_cast<float *>(tensor.data_ptr()); }

/// Mean and sum of squared deviations of each channel, [2, C].
std::vector<double> moments(const Kernels &kernels, const at::Tensor &x, const Rows &rows) {
  // Deviations from a rough mean: squares of values far from 0 would leave no digits for them.
  constexpr int64_t samples = 16;
  const auto channels = rows.channels;
  std::vector<float> shift(channels, 0.0f), scratch(2 * channels);
  std::vector<double> sums(2 * channels), total(channels, 0.0);
  for (int64_t i = 0; i < samples; i++) {
    const auto row = rows.count * i / samples;
    kernels.statistics(
        {x.data_ptr(), shift.data(), sums.data(), sums.data() + channels, scratch.data()},
        {row, row + 1}, channels);
    for (int64_t c = 0; c < channels; c++) total[c] += sums[c];
  }
  for (int64_t c = 0; c < channels; c++) shift[c] = static_cast<float>(total[c] / samples);
  auto result = summed(rows, [&](Slab slab, double *sums, double *squares, float *scratch) {
    kernels.statistics({x.data_ptr(), shift.data(), sums, squares, scratch}, slab, channels);
  });
  for (int64_t c = 0; c < channels; c++) {
    const auto mean = result[c] / rows.count;
    result[c] = shift[c] + mean;
    auto &squares = result[channels + c];
    squares -= mean * mean * rows.count;
    if (squares < 0) squares = 0;
  }
  return result;
}

/// The batch's, by which the running statistics then move, or the running ones.
Coefficients coefficients(
    const Kernels &kernels, const at::Tensor &x, const Operands &operands, const Rows &rows) {
  const Coefficients result(rows.channels);
  const auto weight = floats(operands.weight), bias = floats(operands.bias);
  const auto running_mean = floats(operands.running_mean);
  const auto running_variance = floats(operands.running_variance);
  const auto set = [&](int64_t c, double mean, double variance) {
    const auto inverse = 1 / std::sqrt(variance + operands.epsilon);
    result.mean()[c] = static_cast<float>(mean);
    result.scale()[c] = static_cast<float>(inverse * weight[c]);
    result.bias()[c] = bias[c];
    result.inverse_deviation()[c] = static_cast<float>(inverse);
  };
  if (!operands.training) {
    for (int64_t c = 0; c < rows.channels; c++) set(c, running_mean[c], running_variance[c]);
    return result;
  }
  const auto moments = fused::moments(kernels, x, rows);
  const auto move = [&](float &running, double value) {
    running = static_cast<float>(operands.momentum * value + (1 - operands.momentum) * running);
  };
  for (int64_t c = 0; c < rows.channels; c++) {
    const auto squares = moments[rows.channels + c];
    set(c, moments[c], squares / rows.count);
    move(running_mean[c], moments[c]);
    move(running_variance[c], squares / (rows.count - 1));
  }
  return result;
}

bool is_bfloat16(const at::Tensor &x) { return x.scalar_type() == at::kBFloat16; }

at::Tensor like(const at::Tensor &x) {
  return at::empty(x.sizes(), x.options().memory_format(channels_last));
}

/// The gradient's own memory for what is computed from it element by element, if nobody else has it.
at::Tensor room_of(const at::Tensor &gradient, const at::Tensor &x) {
  const bool is_free = gradient.use_count() == 1 && gradient.storage().use_count() == 1;
  return is_free ? gradient : like(x);
}

/// The gradients of input, weight, bias and residual.
struct Backwards : public Node {
  Mode mode;
  bool training;
  torch::autograd::SavedVariable input;
  at::Tensor values;
  at::Tensor bits;

  std::string name() const override { return "FusedNormalisationBackward"; }

  void release_variables() override {
    input.reset_data();
    values.reset();
    bits.reset();
  }

  torch::autograd::variable_list apply(torch::autograd::variable_list &&gradients) override;
};

torch::autograd::variable_list Backwards::apply(torch::autograd::variable_list &&gradients) {
  TORCH_CHECK(
      !at::GradMode::is_enabled(), "fused batch normalisation cannot be differentiated twice");
  torch::autograd::variable_list results(num_outputs());
  auto first = std::move(gradients[0]);
  auto second = gradients.size() > 1 ? std::move(gradients[1]) : at::Tensor();
  if (!first.defined()) std::swap(first, second);
  if (!first.defined()) return results;

  const auto x = input.unpack();
  TORCH_CHECK(values.defined(), "the graph has been used by a backward pass before");
  const auto &kernels = *fused::kernels(is_bfloat16(x));
  const Rows rows(x);
  const Coefficients own(values);
  const auto channels = rows.channels;
  // A tensor that is already so stays the one that it is.
  if (!first.is_contiguous(channels_last)) first = first.contiguous(channels_last);
  if (second.defined()) second = second.contiguous(channels_last);

  const bool wants_input = task_should_compute_output(0);
  const bool wants_residual = mode == Mode::add_relu && task_should_compute_output(3);
  // The gradient behind the mask, where the residual or the second pass needs it.
  at::Tensor masked;
  if (mode == Mode::add_relu || second.defined()) masked = room_of(first, x);
  const auto sums = summed(rows, [&](Slab slab, double *sums, double *products, float *scratch) {
    kernels.reduction(
        mode,
        {x.data_ptr(), first.data_ptr(), second.defined() ? second.data_ptr() : nullptr,
         own.mean(), own.scale(), own.bias(),
         bits.defined() ? static_cast<const uint16_t *>(bits.data_ptr()) : nullptr,
         masked.defined() ? masked.data_ptr() : nullptr, sums, products, scratch},
        slab, channels);
  });
  if (masked.defined()) first.reset();

  if (wants_input) {
    const Coefficients factors(channels);
    const auto a = factors.row(0), b = factors.row(1), c = factors.row(2);
    for (int64_t i = 0; i < channels; i++) {
      const double scale = own.scale()[i], inverse = own.inverse_deviation()[i];
      a[i] = own.scale()[i];
      b[i] = training ? float(-scale * inverse * inverse * sums[channels + i] / rows.count) : 0;
      c[i] = training ? float(-scale * sums[i] / rows.count) : 0;
    }
    auto source = masked.defined() ? masked : std::move(first);
    if (masked.defined() && !wants_residual) masked.reset();
    results[0] = wants_residual ? like(x) : room_of(source, x);
    const auto next = second.defined() || mode != Mode::relu ? Mode::nothing : Mode::relu;
    forwards(rows, [&](int64_t i) {
      kernels.backward(
          next,
          {x.data_ptr(), source.data_ptr(), own.mean(), own.scale(), own.bias(), a, b, c,
           results[0].data_ptr()},
          rows.slab(i), channels);
    });
  }
  const auto vector = [&](bool is_wanted, auto value) {
    if (!is_wanted) return at::Tensor();
    auto result = at::empty({channels}, own.values.options());
    for (int64_t i = 0; i < channels; i++) floats(result)[i] = static_cast<float>(value(i));
    return result;
  };
  results[1] = vector(task_should_compute_output(1), [&](int64_t i) {
    return sums[channels + i] * own.inverse_deviation()[i];
  });
  results[2] = vector(task_should_compute_output(2), [&](int64_t i) { return sums[i]; });
  if (wants_residual) results[3] = masked;
  return results;
}

/// A node as this libtorch owns them: std::shared_ptr or, since 2.15, c10::intrusive_ptr.
template <typename T>
std::shared_ptr<T> owned(const std::shared_ptr<Node> *) {
  return std::shared_ptr<T>(new T(), [](T *node) { deleteNode(node); });
}
template <typename T>
c10::intrusive_ptr<T> owned(const c10::intrusive_ptr<Node> *) {
  return c10::make_intrusive<T>();
}

bool suits(const at::Tensor &x) {
  return x.defined() && x.device().is_cpu() && x.dim() == 4 && x.numel() > 0 &&
         x.size(1) % group == 0 && x.is_contiguous(channels_last) &&
         (x.scalar_type() == at::kFloat || is_bfloat16(x));
}

bool suits(const at::Tensor &vector, int64_t channels) {
  return vector.defined() && vector.device().is_cpu() && vector.scalar_type() == at::kFloat &&
         vector.numel() == channels && vector.is_contiguous();
}

}  // namespace

bool suits(const Operands &o) {
  if (!suits(o.input) || !kernels(is_bfloat16(o.input))) return false;
  for (auto &vector : {o.weight, o.bias, o.running_mean, o.running_variance}) {
    if (!suits(vector, o.input.size(1))) return false;
  }
  return !o.residual.defined() ||
         (suits(o.residual) && o.residual.sizes() == o.input.sizes() &&
          o.residual.scalar_type() == o.input.scalar_type());
}

std::vector<at::Tensor> apply(const Operands &operands, Mode mode, int outputs) {
  const auto &x = operands.input, &residual = operands.residual;
  const auto &weight = operands.weight, &bias = operands.bias;
  const auto &kernels = *fused::kernels(is_bfloat16(x));
  const Rows rows(x);
  const bool is_recorded =
      at::GradMode::is_enabled() &&
      (x.requires_grad() || weight.requires_grad() || bias.requires_grad() ||
       (residual.defined() && residual.requires_grad()));

  const auto own = coefficients(kernels, x, operands, rows);
  at::Tensor bits;
  if (is_recorded && mode == Mode::add_relu) {
    bits = at::empty({x.numel() / group}, at::TensorOptions().dtype(at::kShort));
  }
  const auto y = like(x);
  forwards(rows, [&](int64_t i) {
    kernels.forward(
        mode,
        {x.data_ptr(), residual.defined() ? residual.data_ptr() : nullptr, own.mean(), own.scale(),
         own.bias(), y.data_ptr(),
         bits.defined() ? static_cast<uint16_t *>(bits.data_ptr()) : nullptr},
        rows.slab(i), rows.channels);
  });
  std::vector<at::Tensor> results{y};
  // The same memory as another variable, whose gradient comes apart. Both count the changes of that memory
  // together, so that one that is made through either is found.
  for (int i = 1; i < outputs; i++) results.push_back(y.tensor_data());
  if (!is_recorded) return results;
  auto node = owned<Backwards>(static_cast<decltype(torch::autograd::Edge::function) *>(nullptr));
  node->set_next_edges(residual.defined()
                           ? torch::autograd::collect_next_edges(x, weight, bias, residual)
                           : torch::autograd::collect_next_edges(x, weight, bias));
  node->mode = mode;
  node->training = operands.training;
  node->input = torch::autograd::SavedVariable(x, /*is_output=*/false);
  node->values = own.values;
  node->bits = bits;
  for (auto &result : results) torch::autograd::set_history(result, node);
  return results;
}

}  // namespace caten::fused
