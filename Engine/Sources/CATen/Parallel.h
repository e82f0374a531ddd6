// Work on libtorch's threads.
#pragma once

#include <ATen/TensorIterator.h>
#include <ATen/Tensor.h>
#include <ATen/ops/empty.h>

namespace caten {

/// Calls body(first, end) for parts of 0..<count, on the threads that libtorch's own operators use.
///
/// at::parallel_for is a template of OpenMP: in a library that is compiled without OpenMP it is a plain
/// loop. An iterator over `count` bytes leads to the one inside libtorch.
template <typename Body>
void in_parallel(int64_t count, Body body) {
  if (count <= 1) {
    if (count == 1) body(0, 1);
    return;
  }
  auto bytes = at::empty({count}, at::TensorOptions().dtype(at::kByte));
  const auto base = static_cast<const char *>(bytes.data_ptr());
  auto iterator = at::TensorIteratorConfig()
                      .check_all_same_dtype(false)
                      .resize_outputs(false)
                      .add_output(bytes)
                      .build();
  iterator.for_each(
      [&](char **data, const int64_t *, int64_t size) {
        const int64_t first = data[0] - base;
        body(first, first + size);
      },
      /*grain_size=*/1);
}

}  // namespace caten
