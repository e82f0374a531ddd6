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

/// The operations on tiles for one set of instructions, one size of tiles and one type of elements.
///
/// A transformed tile has `planes` values for each channel. Transformed tiles are stored plane by plane: value
/// p of tile t and channel c is at [p * plane + t * channels + c].
struct Kernels {
  /// Outputs along a tile's side.
  int64_t side;
  /// (side + 2) squared.
  int64_t planes;
  /// Output channels that are computed together.
  int64_t block;
  /// Tiles that a product handles together.
  int64_t rows;

  /// B^T d B of `count` tiles of images from the tile `first`.
  void (*input)(
      const Grid &grid, const void *images, int64_t channels, int64_t first, int64_t count, float *tiles,
      int64_t plane);
  /// A dy A^T of `count` tiles of gradients from the tile `first`.
  void (*gradient)(
      const Grid &grid, const void *gradients, int64_t channels, int64_t first, int64_t count, float *tiles,
      int64_t plane);
  /// G g G^T for output channels from `from`, as [planes][inputs][block] or narrower at the end.
  ///
  /// Weights are [outputs][3][3][inputs]. With `rotated` they are those of the gradient with respect to the
  /// input: inputs and outputs change places, and the kernels are turned by half a turn.
  void (*weights)(
      const float *weights, int64_t inputs, int64_t outputs, bool rotated, int64_t from, float *out);
  /// Output channels from `from` of `count` tiles from the tile `first`: A^T (tiles x weights) A.
  /// `products` holds planes x (count x block + 16) values.
  void (*output)(
      const Grid &grid, const float *tiles, int64_t plane, const float *weights, int64_t inputs,
      int64_t outputs, int64_t from, int64_t first, int64_t count, float *products, void *maps);
  /// G^T (gradients^T x tiles) G for the output channels from `row`, `row_block` at most, and the input channels
  /// from `column`, `block` at most, added to [outputs][3][3][inputs], or stored there.
  /// `products` holds planes x (row_block x block + 16) values.
  void (*weight_gradient)(
      const float *tiles, int64_t tile_plane, const float *gradients, int64_t gradient_plane, int64_t count,
      int64_t inputs, int64_t outputs, int64_t row, int64_t column, bool add, float *products, float *out);
};

/// Output channels whose gradients of weights are computed together.
constexpr int64_t row_block = 16;

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
