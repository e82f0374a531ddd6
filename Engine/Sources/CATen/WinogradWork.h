// How the work of Winograd's convolutions is cut, and where it is done.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

namespace winograd {

/// Transformed weights of more values than this are not kept: 4 MB.
constexpr int64_t values_kept = 1 << 20;
/// Values of the transformed tiles of a job, for a processor's second cache.
constexpr int64_t values_of_job = 110'592;
/// Values of transformed tiles that threads share, for its third cache.
constexpr int64_t values_of_pass = 1'228'800;
/// The same for a gradient of weights, of images and as many of gradients.
constexpr int64_t values_of_gradient_pass = 1'228'800;
/// Values of transformed tiles, of images and as many of gradients, of a job of a gradient of weights.
constexpr int64_t values_of_gradient_job = 110'592;
/// The jobs of a gradient of weights: as many threads can work on it.
constexpr int64_t gradient_jobs = 16;
/// Fewer tiles than this are no job of their own.
constexpr int64_t least_gradient_job = 48;
/// A gradient of weights of as many blocks or more is divided by blocks, and others by tiles.
constexpr int64_t shared_gradient_blocks = 16;

inline int64_t parts(int64_t count, int64_t size) { return (count + size - 1) / size; }

/// Memory of a thread that grows to what was asked of it and is kept.
class Scratch {
  struct Free {
    void operator()(float *p) const { std::free(p); }
  };
  std::unique_ptr<float, Free> memory;
  int64_t size = 0;

 public:
  float *reserve(int64_t values) {
    if (values > size) {
      memory.reset();
      size = 0;
      const auto bytes = parts(values * sizeof(float), 4096) * 4096;
      memory.reset(static_cast<float *>(std::aligned_alloc(4096, bytes)));
      if (!memory) throw std::bad_alloc();
      size = values;
    }
    return memory.get();
  }
};

/// What the thread of a job works on.
inline float *own_scratch(int64_t values) {
  static thread_local Scratch scratch;
  return scratch.reserve(values);
}

/// What the thread that starts jobs lays out for them.
inline float *shared_scratch(int64_t values) {
  static thread_local Scratch scratch;
  return scratch.reserve(values);
}

}  // namespace winograd
