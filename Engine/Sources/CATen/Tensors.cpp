#include <cstring>
#include <utility>

#include "Guard.h"

using namespace caten;

namespace {

at::TensorOptions options(int32_t dtype, int32_t number) {
  return at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype)).device(device(number));
}

thread_local int64_t reads = 0;

}  // namespace

caten_tensor caten_from_data(const void *data, const int64_t *sizes, int64_t rank, int32_t dtype) {
  return guard([&] {
    auto tensor = at::empty(list(sizes, rank), options(dtype, caten_cpu));
    if (tensor.numel() > 0) std::memcpy(tensor.data_ptr(), data, tensor.nbytes());
    return tensor;
  });
}

caten_tensor caten_full(
    const int64_t *sizes, int64_t rank, double value, int32_t dtype, int32_t device) {
  return guard([&] { return at::full(list(sizes, rank), value, options(dtype, device)); });
}

caten_tensor caten_arange(int64_t count, int32_t dtype, int32_t device) {
  return guard([&] { return at::arange(count, options(dtype, device)); });
}

void caten_release(caten_tensor tensor) { delete reinterpret_cast<at::Tensor *>(tensor); }

int64_t caten_rank(caten_tensor tensor) { return unwrap(tensor).dim(); }

int64_t caten_size(caten_tensor tensor, int64_t dimension) {
  return unwrap(tensor).sizes()[static_cast<size_t>(dimension)];
}

int64_t caten_count(caten_tensor tensor) { return unwrap(tensor).numel(); }

int32_t caten_dtype_of(caten_tensor tensor) {
  return static_cast<int32_t>(unwrap(tensor).scalar_type());
}

int32_t caten_device_of(caten_tensor tensor) {
  return unwrap(tensor).is_cuda() ? caten_cuda : caten_cpu;
}

bool caten_is_channels_last(caten_tensor tensor) {
  return unwrap(tensor).is_contiguous(at::MemoryFormat::ChannelsLast);
}

int64_t caten_reads(void) { return reads; }

bool caten_copy_out(caten_tensor tensor, void *destination, size_t bytes) {
  reads++;
  // A read waits by intent.
  const int mode = sync_debug_mode ? std::exchange(*sync_debug_mode, 0) : 0;
  const bool succeeded = attempt([&] {
    auto source = unwrap(tensor).detach().to(at::kCPU).contiguous();
    TORCH_CHECK(source.nbytes() == bytes, "the tensor has ", source.nbytes(), " bytes, not ", bytes);
    if (bytes > 0) std::memcpy(destination, source.data_ptr(), bytes);
  });
  if (sync_debug_mode) *sync_debug_mode = mode;
  return succeeded;
}

caten_tensor caten_to_dtype(caten_tensor tensor, int32_t dtype) {
  return guard([&] { return unwrap(tensor).to(static_cast<at::ScalarType>(dtype)); });
}

caten_tensor caten_to_device(caten_tensor tensor, int32_t number) {
  return guard([&] {
    const auto &source = unwrap(tensor);
    if (number != caten_cuda) return source.to(device(number));
    const auto values = pinned(source);
    return values.to(device(number), /*non_blocking=*/values.is_pinned());
  });
}

caten_tensor caten_contiguous(caten_tensor tensor, bool channels_last) {
  return guard([&] {
    return unwrap(tensor).contiguous(
        channels_last ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous);
  });
}

bool caten_set_requires_grad(caten_tensor tensor, bool requires_grad) {
  return attempt([&] { unwrap(tensor).requires_grad_(requires_grad); });
}

bool caten_requires_grad(caten_tensor tensor) { return unwrap(tensor).requires_grad(); }

bool caten_backward(caten_tensor loss) {
  return attempt([&] { unwrap(loss).backward(); });
}

caten_tensor caten_grad(caten_tensor tensor) {
  const auto &gradient = unwrap(tensor).grad();
  return gradient.defined() ? wrap(gradient) : nullptr;
}

bool caten_clear_grad(caten_tensor tensor) {
  return attempt([&] { unwrap(tensor).mutable_grad() = at::Tensor(); });
}

caten_tensor caten_detach(caten_tensor tensor) {
  return guard([&] { return unwrap(tensor).detach(); });
}
