// Tiles of images and maps: from channels-last memory to planes, and back.

/// Where the pixels of the tile `index` are: side x side pixels from `offset` before the tile's outputs.
/// Pixels outside of the image are at `outside`.
template <int side, class Pointer>
ALWAYS_INLINE void locate(
    const Grid &grid, Pointer base, int64_t channels, int64_t index, int64_t outputs, int64_t offset,
    Pointer outside, Pointer *pixels) {
  const int64_t per_image = grid.rows * grid.columns;
  const int64_t image = index / per_image, place = index % per_image;
  const int64_t top = place / grid.columns * outputs - offset;
  const int64_t left = place % grid.columns * outputs - offset;
  const Pointer corner = base + image * grid.height * grid.width * channels;
  for (int64_t i = 0; i < side; i++) {
    const int64_t y = top + i;
    for (int64_t j = 0; j < side; j++) {
      const int64_t x = left + j;
      const bool inside = y >= 0 && y < grid.height && x >= 0 && x < grid.width;
      pixels[i * side + j] = inside ? corner + (y * grid.width + x) * channels : outside;
    }
  }
}

/// What lies around an image. More channels than this are refused.
alignas(64) const float zeros[most_channels] = {};

/// Where the value of channel `c` of tile `t` is in the first plane.
ALWAYS_INLINE float *place(const Tiles &tiles, int64_t t, int64_t c) {
  const int64_t from = c / tiles.group * tiles.group, rest = tiles.channels - from;
  const int64_t width = rest < tiles.group ? rest : tiles.group;
  return tiles.values + from * tiles.most + t * width + (c - from);
}

/// B^T d B
template <class Tile, class E>
void transform_input(
    const Grid &grid, const void *images, const Tiles &tiles, int64_t first, int64_t begin, int64_t end) {
  constexpr int n = Tile::inputs;
  const int64_t channels = tiles.channels, plane = tiles.plane();
  for (int64_t t = begin; t < end; t++) {
    const E *pixels[n * n];
    locate<n>(
        grid, (const E *)images, channels, first + t, Tile::outputs, 1, (const E *)zeros, pixels);
    for (int64_t c = 0; c < channels; c += WIDTH) {
      float *const out = place(tiles, t, c);
      Vector half[n][n];
      UNROLL for (int j = 0; j < n; j++) {
        Vector column[n], transformed[n];
        UNROLL for (int i = 0; i < n; i++) column[i] = load(pixels[i * n + j] + c);
        Tile::input(column, transformed);
        UNROLL for (int i = 0; i < n; i++) half[i][j] = transformed[i];
      }
      UNROLL for (int i = 0; i < n; i++) {
        Vector transformed[n];
        Tile::input(half[i], transformed);
        UNROLL for (int j = 0; j < n; j++) store(out + (i * n + j) * plane, transformed[j]);
      }
    }
  }
}

/// A dy A^T
template <class Tile, class E>
void transform_gradient(
    const Grid &grid, const void *gradients, const Tiles &tiles, int64_t first, int64_t begin, int64_t end) {
  constexpr int n = Tile::inputs, m = Tile::outputs;
  const int64_t channels = tiles.channels, plane = tiles.plane();
  for (int64_t t = begin; t < end; t++) {
    const E *pixels[m * m];
    locate<m>(
        grid, (const E *)gradients, channels, first + t, Tile::outputs, 0, (const E *)zeros, pixels);
    for (int64_t c = 0; c < channels; c += WIDTH) {
      float *const out = place(tiles, t, c);
      Vector half[n][m];
      UNROLL for (int j = 0; j < m; j++) {
        Vector column[m], transformed[n];
        UNROLL for (int i = 0; i < m; i++) column[i] = load(pixels[i * m + j] + c);
        Tile::gradient(column, transformed);
        UNROLL for (int i = 0; i < n; i++) half[i][j] = transformed[i];
      }
      UNROLL for (int i = 0; i < n; i++) {
        Vector transformed[n];
        Tile::gradient(half[i], transformed);
        UNROLL for (int j = 0; j < n; j++) store(out + (i * n + j) * plane, transformed[j]);
      }
    }
  }
}

/// A^T m A for `width` channels of maps from `from`.
template <class Tile, class E>
ALWAYS_INLINE void transform_output(
    const Grid &grid, const float *products, int64_t plane, int64_t width, int64_t outputs, int64_t from,
    int64_t first, int64_t count, E *maps) {
  constexpr int n = Tile::inputs, m = Tile::outputs;
  // What a tile has beyond the image goes here.
  E beyond[2 * WIDTH];
  for (int64_t t = 0; t < count; t++) {
    E *pixels[m * m];
    locate<m>(
        grid, maps + from, outputs, first + t, Tile::outputs, 0, (E *)beyond, pixels);
    const float *const in = products + t * width;
    for (int64_t c = 0; c < width; c += WIDTH) {
      Vector half[m][n];
      UNROLL for (int j = 0; j < n; j++) {
        Vector column[n], transformed[m];
        UNROLL for (int i = 0; i < n; i++) column[i] = load(in + (i * n + j) * plane + c);
        Tile::output(column, transformed);
        UNROLL for (int i = 0; i < m; i++) half[i][j] = transformed[i];
      }
      UNROLL for (int i = 0; i < m; i++) {
        Vector transformed[m];
        Tile::output(half[i], transformed);
        UNROLL for (int j = 0; j < m; j++) store(pixels[i * m + j] + c, transformed[j]);
      }
    }
  }
}
