// The passes over channels-last maps for one type of elements, and which this processor runs.
#pragma once

#include "NormalisationPasses.h"
#include "PoolingPasses.h"

namespace caten::fused {

/// Channels come in groups of 16, each with one word for what is a bit of a channel.
constexpr int64_t group = 16;

struct Kernels {
  void (*statistics)(const Statistics &, Slab, int64_t channels);
  void (*forward)(Mode, const Forward &, Slab, int64_t channels);
  void (*reduction)(Mode, const Reduction &, Slab, int64_t channels);
  /// Mode::relu masks the gradient first; elsewhere it has been masked.
  void (*backward)(Mode, const Backward &, Slab, int64_t channels);
  void (*pool)(const Windows &, const Pooling &, WindowRows);
  void (*unpool)(const Windows &, const Unpooling &, WindowRows);
};

/// NULL on processors without AVX2.
const Kernels *kernels(bool is_bfloat16);

}  // namespace caten::fused
