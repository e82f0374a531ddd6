// Winograd's convolutions for one set of instructions. The including file defines WIDTH, the number of
// floats in a vector, and PRODUCT_ROWS, the number of rows of a product whose sums fit in the registers.

typedef float Vector __attribute__((vector_size(4 * WIDTH)));
typedef uint32_t Bits __attribute__((vector_size(4 * WIDTH)));
typedef uint16_t Halves __attribute__((vector_size(2 * WIDTH)));

/// The types of vectors at any address.
typedef float LooseVector __attribute__((vector_size(4 * WIDTH), aligned(4), may_alias));
typedef uint16_t LooseHalves __attribute__((vector_size(2 * WIDTH), aligned(2), may_alias));

/// A bfloat16: the upper half of a float.
struct Half {
  uint16_t bits;
};

ALWAYS_INLINE Vector load(const float *p) { return *(const LooseVector *)p; }

ALWAYS_INLINE void store(float *p, Vector v) { *(LooseVector *)p = v; }

ALWAYS_INLINE Vector load(const Half *p) {
  const Halves halves = *(const LooseHalves *)p;
  return (Vector)(__builtin_convertvector(halves, Bits) << 16);
}

/// Rounds to the nearest, and to the even one of two as near. NaN stays NaN.
ALWAYS_INLINE void store(Half *p, Vector v) {
  const Bits bits = (Bits)v;
  const Bits rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  const Bits unordered = (Bits)(v != v);
  *(LooseHalves *)p = __builtin_convertvector((unordered & 0x7fc0) | (~unordered & rounded), Halves);
}

#include "WinogradTransforms.h"

#include "WinogradTiles.h"

#include "WinogradProducts.h"

#include "WinogradWeights.h"

template <class Tile, class E>
constexpr Kernels kernels() {
  return {
      Tile::outputs,
      Tile::inputs * Tile::inputs,
      2 * WIDTH,
      PRODUCT_ROWS,
      transform_input<Tile, E>,
      transform_gradient<Tile, E>,
      transform_weights<Tile>,
      compute_output<Tile, E>,
      compute_weight_gradient<Tile>,
  };
}

const Kernels float_kernels[] = {
    kernels<Tile2, float>(), kernels<Tile3, float>(), kernels<Tile4, float>()};
const Kernels half_kernels[] = {
    kernels<Tile2, Half>(), kernels<Tile3, Half>(), kernels<Tile4, Half>()};

const Kernels &choose(int64_t side, Element element) {
  return (element == Element::float32 ? float_kernels : half_kernels)[side - 2];
}
