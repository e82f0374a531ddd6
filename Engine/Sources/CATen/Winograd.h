// Winograd's convolutions of 3 x 3, stride 1 and padding 1, over channels-last images. Without libtorch.
//
// The kernels are compiled once for each set of instructions (WinogradAVX2.cpp, WinogradAVX512.cpp) and
// chosen at run time; Winograd.cpp divides the work among threads.
#pragma once

#include <cstdint>

namespace winograd {

/// Sizes of a convolution [images, height, width, inputs] to [images, height, width, outputs].
struct Shape {
  int64_t images, height, width, inputs, outputs;
};

/// What images and maps consist of. Weights and sums are float32 in any case.
enum class Element { float32, bfloat16 };

/// The sets of instructions that kernels exist for.
enum class Instructions { none, avx2, avx512 };

/// The tiles of a map: `rows` x `columns` in each image, numbered row by row and image by image.
struct Grid {
  int64_t images, height, width, rows, columns;
  int64_t count() const { return images * rows * columns; }
};

/// Transformed tiles in memory, `planes` values for each channel.
///
/// They are stored plane by plane, and within a plane in groups of `group` channels, of which the last may be
/// narrower: the channels of the first group of all tiles, then those of the next one.
struct Tiles {
  float *values;
  int64_t channels, group;
  /// The number of tiles that there is room for.
  int64_t most;

  /// Planes a power of two apart would share the same few lines of the cache.
  int64_t plane() const { return channels * most + 16; }
};

/// The operations on tiles for one set of instructions, one size of tiles and one type of elements.
struct Kernels {
  /// Outputs along a tile's side.
  int64_t side;
  /// (side + 2) squared.
  int64_t planes;
  /// Channels that are computed together.
  int64_t block;
  /// Tiles that a product handles together.
  int64_t rows;

  /// B^T d B of the tiles of images from `first` + `begin` to `first` + `end`, stored from `begin` on.
  void (*input)(
      const Grid &grid, const void *images, const Tiles &tiles, int64_t first, int64_t begin, int64_t end);
  /// A dy A^T of tiles of gradients.
  void (*gradient)(
      const Grid &grid, const void *gradients, const Tiles &tiles, int64_t first, int64_t begin,
      int64_t end);
  /// G g G^T for output channels from `from`, as [planes][inputs][block] or narrower at the end.
  ///
  /// Weights are [outputs][3][3][inputs]. With `rotated` they are those of the gradient with respect to the
  /// input: inputs and outputs change places, and the kernels are turned by half a turn.
  void (*weights)(
      const float *weights, int64_t inputs, int64_t outputs, bool rotated, int64_t from, float *out);
  /// Output channels from `from` of `count` tiles from the tile `first`: A^T (tiles x weights) A. All channels of
  /// `tiles` are one group. `products` holds planes x (count x block + 16) values.
  void (*output)(
      const Grid &grid, const Tiles &tiles, const float *weights, int64_t outputs, int64_t from,
      int64_t first, int64_t count, float *products, void *maps);
  /// G^T (gradients^T x tiles) G of `count` tiles for the groups of output channels from `row` and of input
  /// channels from `column`, added to [outputs][3][3][inputs], or stored there. The groups have `row_block` and
  /// `block` channels. `products` holds planes x (row_block x block + 16) values.
  void (*weight_gradient)(
      const Tiles &tiles, const Tiles &gradients, int64_t count, int64_t row, int64_t column, bool add,
      float *products, float *out);
};

/// Output channels whose gradients of weights are computed together.
constexpr int64_t row_block = 32;

/// More channels than this are not computed here.
constexpr int64_t most_channels = 4096;

/// Both counts of channels are multiples of this.
constexpr int64_t channel_multiple = 16;

const Kernels &avx2_kernels(int64_t side, Element element);
const Kernels &avx512_kernels(int64_t side, Element element);

/// The best set that this processor has, or the one that the environment variable SCL_CONVOLUTIONS names:
/// `avx512`, `avx2` or `libtorch` (none).
Instructions instructions();

/// Whether the processor multiplies matrices of bfloat16 in tiles (AMX), faster than anything here.
bool has_matrix_tiles();

/// Whether these kernels compute convolutions of this shape.
bool supports(const Shape &shape);

/// y = x * w. Images are [N, H, W, C], weights [outputs][3][3][inputs].
void convolve(
    const Shape &shape, Element element, const void *images, const float *weights, void *maps);

/// The gradient with respect to the images, from that of the maps.
void input_gradient(
    const Shape &shape, Element element, const void *gradients, const float *weights, void *out);

/// The gradient with respect to the weights, in float32.
void weight_gradient(
    const Shape &shape, Element element, const void *images, const void *gradients, float *out);

}  // namespace winograd
