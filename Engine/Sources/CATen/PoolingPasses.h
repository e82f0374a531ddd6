// Maximum pooling of windows of 2 x 2, side by side, over channels-last maps [N, H, W, C]: the passes over
// memory. Nothing here knows libtorch.
#pragma once

#include <cstdint>

namespace caten::fused {

/// The sizes of a pooling. Window (i, j) begins at pixel (2 i - padding, 2 j - padding); what of it lies
/// outside of the map is not looked at.
struct Windows {
  int64_t height;
  int64_t width;
  int64_t channels;
  int64_t padding;  ///< 0 or 1

  int64_t rows() const { return (height + 2 * padding) / 2; }
  int64_t columns() const { return (width + 2 * padding) / 2; }
  /// Whether every pixel is in a window. Without padding, the last of an odd number is not.
  bool cover_all() const { return padding > 0 || (height % 2 == 0 && width % 2 == 0); }
};

/// y, the largest value of each window; NaN where one is no number.
struct Pooling {
  const void *x;  ///< [N, H, W, C]
  void *y;        ///< [N, rows, columns, C]
  /// Which pixel of a window y is, the first of several: for each group of channels a word with the column
  /// and one with the row, a bit for each channel. NULL where no gradient is wanted.
  uint16_t *places;
};

/// The gradient of x: that of y at the pixel that was the largest, 0 at the others.
struct Unpooling {
  const void *gradient;    ///< [N, rows, columns, C]
  const uint16_t *places;  ///< of the same rows
  void *result;            ///< [N, H, W, C]; pixels that are in no window are left as they are
};

/// Rows of windows, counted over all images.
struct WindowRows {
  int64_t first;
  int64_t end;
};

}  // namespace caten::fused
