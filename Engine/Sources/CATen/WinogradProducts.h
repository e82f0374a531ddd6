// Products of small matrices, the sums in registers.

/// Row r of `out` = the sum over k < `depth` of a[r * row + k * column] times row k of `b`, for M rows of N
/// vectors.
template <int M, int N>
ALWAYS_INLINE void product(
    int64_t depth, const float *a, int64_t row, int64_t column, const float *b, int64_t b_row, float *out) {
  Vector sums[M][N];
  UNROLL for (int m = 0; m < M; m++) {
    UNROLL for (int n = 0; n < N; n++) sums[m][n] = Vector{};
  }
  for (int64_t k = 0; k < depth; k++) {
    Vector values[N];
    UNROLL for (int n = 0; n < N; n++) values[n] = load(b + n * WIDTH);
    UNROLL for (int m = 0; m < M; m++) {
      const float factor = a[m * row];
      UNROLL for (int n = 0; n < N; n++) sums[m][n] += factor * values[n];
    }
    a += column;
    b += b_row;
  }
  UNROLL for (int m = 0; m < M; m++) {
    UNROLL for (int n = 0; n < N; n++) store(out + (m * N + n) * WIDTH, sums[m][n]);
  }
}

/// The same for any number of rows: as many times M as fit, then fewer at once.
template <int M, int N>
ALWAYS_INLINE void products(
    int64_t rows, int64_t depth, const float *a, int64_t row, int64_t column, const float *b,
    int64_t b_row, float *out) {
  for (; rows >= M; rows -= M, a += M * row, out += M * N * WIDTH) {
    product<M, N>(depth, a, row, column, b, b_row, out);
  }
  if constexpr (M > 1) {
    if (rows > 0) {
      products<(M > 8 ? 8 : M > 4 ? 4 : M / 2), N>(rows, depth, a, row, column, b, b_row, out);
    }
  }
}

/// The products of all planes with the weights of a block of output channels, transformed into maps.
template <class Tile, class E>
void compute_output(
    const Grid &grid, const Tiles &tiles, const float *weights, int64_t outputs, int64_t from,
    int64_t first, int64_t count, float *sums, void *maps) {
  constexpr int planes = Tile::inputs * Tile::inputs;
  const int64_t inputs = tiles.channels;
  const bool whole = outputs - from >= 2 * WIDTH;
  const int64_t width = whole ? 2 * WIDTH : WIDTH;
  // Planes a power of two apart would share the same few lines of the cache.
  const int64_t sum_plane = count * width + 16;
  for (int p = 0; p < planes; p++) {
    const float *const a = tiles.values + p * tiles.plane(), *const b = weights + p * inputs * width;
    float *const out = sums + p * sum_plane;
    if (whole) {
      products<PRODUCT_ROWS, 2>(count, inputs, a, inputs, 1, b, width, out);
    } else {
      products<PRODUCT_ROWS, 1>(count, inputs, a, inputs, 1, b, width, out);
    }
  }
  transform_output<Tile, E>(
      grid, sums, sum_plane, width, outputs, from, first, count, (E *)maps);
}
