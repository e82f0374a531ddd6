// Weights [outputs][3][3][inputs] to transformed ones, and gradients of transformed ones back.

/// A step of the transposition: exchanges the lanes of `a` that have the bit `distance` for those of `b` that
/// do not.
template <int distance, size_t... lane>
ALWAYS_INLINE void exchange(Vector &a, Vector &b, std::index_sequence<lane...>) {
  constexpr int s = distance;
  const Vector upper =
      __builtin_shufflevector(a, b, (lane & s ? int(WIDTH + lane) - s : int(lane))...);
  b = __builtin_shufflevector(a, b, (lane & s ? int(WIDTH + lane) : int(lane) + s)...);
  a = upper;
}

/// Transposes WIDTH vectors.
template <int distance = 1>
ALWAYS_INLINE void transpose(Vector *rows) {
  UNROLL for (int i = 0; i < WIDTH; i++) {
    if (!(i & distance)) {
      exchange<distance>(rows[i], rows[i + distance], std::make_index_sequence<WIDTH>());
    }
  }
  if constexpr (2 * distance < WIDTH) transpose<2 * distance>(rows);
}

/// G g G^T of the nine vectors of a kernel, to vectors that are `plane` apart.
template <class Tile>
ALWAYS_INLINE void transform_kernel(const Vector *g, float *out, int64_t plane) {
  constexpr int n = Tile::inputs;
  Vector half[n][3];
  UNROLL for (int j = 0; j < 3; j++) {
    const Vector column[3] = {g[j], g[3 + j], g[6 + j]};
    Vector transformed[n];
    Tile::weight(column, transformed);
    UNROLL for (int i = 0; i < n; i++) half[i][j] = transformed[i];
  }
  UNROLL for (int i = 0; i < n; i++) {
    Vector transformed[n];
    Tile::weight(half[i], transformed);
    UNROLL for (int j = 0; j < n; j++) store(out + (i * n + j) * plane, transformed[j]);
  }
}

template <class Tile>
void transform_weights(
    const float *all, int64_t inputs, int64_t outputs, bool rotated, int64_t from, float *out) {
  const int64_t width = outputs - from < 2 * WIDTH ? outputs - from : 2 * WIDTH;
  const int64_t plane = inputs * width;
  for (int64_t k = 0; k < width; k += WIDTH) {
    if (rotated) {
      // Outputs are innermost in memory.
      for (int64_t c = 0; c < inputs; c++) {
        Vector g[9];
        UNROLL for (int tap = 0; tap < 9; tap++) {
          g[tap] = load(all + (c * 9 + 8 - tap) * outputs + from + k);
        }
        transform_kernel<Tile>(g, out + c * width + k, plane);
      }
      continue;
    }
    for (int64_t c = 0; c < inputs; c += WIDTH) {
      Vector g[WIDTH][9];
      for (int tap = 0; tap < 9; tap++) {
        Vector rows[WIDTH];
        UNROLL for (int i = 0; i < WIDTH; i++) {
          rows[i] = load(all + ((from + k + i) * 9 + tap) * inputs + c);
        }
        transpose(rows);
        UNROLL for (int i = 0; i < WIDTH; i++) g[i][tap] = rows[i];
      }
      for (int i = 0; i < WIDTH; i++) {
        transform_kernel<Tile>(g[i], out + (c + i) * width + k, plane);
      }
    }
  }
}

template <class Tile>
void compute_weight_gradient(
    const Tiles &tiles, const Tiles &gradients, int64_t count, int64_t row, int64_t column, bool add,
    float *sums, float *out) {
  constexpr int n = Tile::inputs;
  const int64_t inputs = tiles.channels, outputs = gradients.channels;
  const bool whole = inputs - column >= 2 * WIDTH;
  const int64_t width = whole ? 2 * WIDTH : WIDTH;
  const int64_t rows = outputs - row < row_block ? outputs - row : row_block;
  const int64_t plane = rows * width + 16;
  for (int p = 0; p < n * n; p++) {
    const float *const a = place(gradients, 0, row) + p * gradients.plane();
    const float *const b = place(tiles, 0, column) + p * tiles.plane();
    if (whole) {
      products<GRADIENT_ROWS, 2>(rows, count, a, 1, rows, b, width, sums + p * plane);
    } else {
      products<GRADIENT_ROWS, 1>(rows, count, a, 1, rows, b, width, sums + p * plane);
    }
  }
  for (int64_t r = 0; r < rows; r++) {
    for (int64_t c = 0; c < width; c += WIDTH) {
      const float *const in = sums + r * width + c;
      Vector half[3][n];
      UNROLL for (int j = 0; j < n; j++) {
        Vector values[n], transformed[3];
        UNROLL for (int i = 0; i < n; i++) values[i] = load(in + (i * n + j) * plane);
        Tile::weight_gradient(values, transformed);
        UNROLL for (int i = 0; i < 3; i++) half[i][j] = transformed[i];
      }
      UNROLL for (int i = 0; i < 3; i++) {
        Vector transformed[3];
        Tile::weight_gradient(half[i], transformed);
        UNROLL for (int j = 0; j < 3; j++) {
          float *const place = out + ((row + r) * 9 + i * 3 + j) * inputs + column + c;
          store(place, add ? load(place) + transformed[j] : transformed[j]);
        }
      }
    }
  }
}
