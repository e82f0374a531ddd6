// Batch normalisation with what follows it, over rows of channels [R, C] as they lie in a channels-last
// tensor: the passes over memory. Nothing here knows libtorch.
#pragma once

#include <cstdint>

namespace caten::fused {

/// What comes after the normalisation.
enum class Mode {
  nothing,
  relu,      ///< y = max(0, n): the sign of n is computed again where the gradient needs it
  add_relu,  ///< y = max(0, n + r): a bit for each element says where y is above 0
};

/// Rows, an even share of a tensor, that one thread goes over at a time. They depend on the shape alone, so
/// that sums over them have the same bits with any number of threads.
struct Slab {
  int64_t first;
  int64_t end;
};

/// sums[C] and squares[C] of x - shift.
struct Statistics {
  const void *x;
  const float *shift;
  double *sums;
  double *squares;
  float *scratch;  ///< [2, C]
};

/// y from n = (x - mean) scale + bias.
struct Forward {
  const void *x;
  const void *residual;
  const float *mean;
  const float *scale;
  const float *bias;
  void *y;
  uint16_t *bits;  ///< of add_relu; NULL where no gradient is wanted
};

/// The gradient g of n, the sums of g and of g (x - mean), and g itself where it is asked for.
struct Reduction {
  const void *x;
  const void *gradient;
  const void *second;  ///< a gradient that is added to the first, or NULL
  const float *mean;
  const float *scale;
  const float *bias;
  const uint16_t *bits;
  void *masked;  ///< g, or NULL
  double *sums;
  double *products;
  float *scratch;  ///< [2, C]
};

/// The gradient of x: a g + b (x - mean) + c.
struct Backward {
  const void *x;
  const void *gradient;
  const float *mean;
  const float *scale;
  const float *bias;
  const float *a;
  const float *b;
  const float *c;
  void *result;
};

}  // namespace caten::fused
