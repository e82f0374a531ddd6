// The transforms of Winograd's convolutions (Lavin and Gray, "Fast Algorithms for Convolutional Neural
// Networks", CVPR 2016), on vectors of channels. Included by the files of the instruction sets.
//
// A tile of m x m outputs needs (m + 2) x (m + 2) inputs d. With the matrices of the points of
// interpolation, its outputs are A^T [ (G g G^T) . (B^T d B) ] A for a kernel g of 3 x 3.

/// F(4x4, 3x3) with the points 0, +-a, +-b and infinity.
///
/// 5/8 and 3/2 have half the rounding error of the customary 1 and 2, and their squares are exact.
struct Tile4 {
  static constexpr int outputs = 4, inputs = 6;
  static constexpr float a = 0.625f, b = 1.5f, a2 = a * a, b2 = b * b;

  /// B^T d
  static ALWAYS_INLINE void input(const Vector *d, Vector *out) {
    const Vector even_a = d[4] - b2 * d[2], odd_a = a * (d[3] - b2 * d[1]);
    const Vector even_b = d[4] - a2 * d[2], odd_b = b * (d[3] - a2 * d[1]);
    out[0] = a2 * b2 * d[0] + (d[4] - (a2 + b2) * d[2]);
    out[1] = even_a + odd_a;
    out[2] = even_a - odd_a;
    out[3] = even_b + odd_b;
    out[4] = even_b - odd_b;
    out[5] = a2 * b2 * d[1] + (d[5] - (a2 + b2) * d[3]);
  }

  /// A^T m
  static ALWAYS_INLINE void output(const Vector *m, Vector *out) {
    const Vector even_a = m[1] + m[2], odd_a = m[1] - m[2];
    const Vector even_b = m[3] + m[4], odd_b = m[3] - m[4];
    out[0] = m[0] + even_a + even_b;
    out[1] = a * odd_a + b * odd_b;
    out[2] = a2 * even_a + b2 * even_b;
    out[3] = a2 * a * odd_a + (b2 * b * odd_b + m[5]);
  }

  /// A y, for gradients of weights
  static ALWAYS_INLINE void gradient(const Vector *y, Vector *out) {
    const Vector even_a = y[0] + a2 * y[2], odd_a = a * y[1] + a2 * a * y[3];
    const Vector even_b = y[0] + b2 * y[2], odd_b = b * y[1] + b2 * b * y[3];
    out[0] = y[0];
    out[1] = even_a + odd_a;
    out[2] = even_a - odd_a;
    out[3] = even_b + odd_b;
    out[4] = even_b - odd_b;
    out[5] = y[3];
  }

  static constexpr float n0 = 1 / (a2 * b2), na = 1 / (2 * a2 * (a2 - b2)), nb = 1 / (2 * b2 * (b2 - a2));

  /// G g
  static ALWAYS_INLINE void weight(const Vector *g, Vector *out) {
    const Vector even_a = na * g[0] + na * a2 * g[2], odd_a = na * a * g[1];
    const Vector even_b = nb * g[0] + nb * b2 * g[2], odd_b = nb * b * g[1];
    out[0] = n0 * g[0];
    out[1] = even_a + odd_a;
    out[2] = even_a - odd_a;
    out[3] = even_b + odd_b;
    out[4] = even_b - odd_b;
    out[5] = g[2];
  }

  /// G^T u, for gradients of weights
  static ALWAYS_INLINE void weight_gradient(const Vector *u, Vector *out) {
    const Vector even_a = na * (u[1] + u[2]), odd_a = u[1] - u[2];
    const Vector even_b = nb * (u[3] + u[4]), odd_b = u[3] - u[4];
    out[0] = n0 * u[0] + (even_a + even_b);
    out[1] = na * a * odd_a + nb * b * odd_b;
    out[2] = a2 * even_a + (b2 * even_b + u[5]);
  }
};

/// F(3x3, 3x3) with the points +-a, +-b and infinity, for maps of 3, 5, 6 and 9 pixels.
struct Tile3 {
  static constexpr int outputs = 3, inputs = 5;
  static constexpr float a = 0.375f, b = 1.25f, a2 = a * a, b2 = b * b;

  static ALWAYS_INLINE void input(const Vector *d, Vector *out) {
    const Vector odd_a = d[3] - b2 * d[1], even_a = a * (d[2] - b2 * d[0]);
    const Vector odd_b = d[3] - a2 * d[1], even_b = b * (d[2] - a2 * d[0]);
    out[0] = odd_a + even_a;
    out[1] = odd_a - even_a;
    out[2] = odd_b + even_b;
    out[3] = odd_b - even_b;
    out[4] = a2 * b2 * d[0] + (d[4] - (a2 + b2) * d[2]);
  }

  static ALWAYS_INLINE void output(const Vector *m, Vector *out) {
    const Vector even_a = m[0] + m[1], odd_a = m[0] - m[1];
    const Vector even_b = m[2] + m[3], odd_b = m[2] - m[3];
    out[0] = even_a + even_b;
    out[1] = a * odd_a + b * odd_b;
    out[2] = a2 * even_a + (b2 * even_b + m[4]);
  }

  static ALWAYS_INLINE void gradient(const Vector *y, Vector *out) {
    const Vector even_a = y[0] + a2 * y[2], odd_a = a * y[1];
    const Vector even_b = y[0] + b2 * y[2], odd_b = b * y[1];
    out[0] = even_a + odd_a;
    out[1] = even_a - odd_a;
    out[2] = even_b + odd_b;
    out[3] = even_b - odd_b;
    out[4] = y[2];
  }

  // The products of the distances between a point and the others have the sign of the point.
  static constexpr float na = 1 / (2 * a * (a2 - b2)), nb = 1 / (2 * b * (b2 - a2));

  static ALWAYS_INLINE void weight(const Vector *g, Vector *out) {
    const Vector even_a = na * g[0] + na * a2 * g[2], odd_a = na * a * g[1];
    const Vector even_b = nb * g[0] + nb * b2 * g[2], odd_b = nb * b * g[1];
    out[0] = odd_a + even_a;
    out[1] = odd_a - even_a;
    out[2] = odd_b + even_b;
    out[3] = odd_b - even_b;
    out[4] = g[2];
  }

  static ALWAYS_INLINE void weight_gradient(const Vector *u, Vector *out) {
    const Vector even_a = na * (u[0] - u[1]), odd_a = na * a * (u[0] + u[1]);
    const Vector even_b = nb * (u[2] - u[3]), odd_b = nb * b * (u[2] + u[3]);
    out[0] = even_a + even_b;
    out[1] = odd_a + odd_b;
    out[2] = a2 * even_a + (b2 * even_b + u[4]);
  }
};

/// F(2x2, 3x3) with the points 0, +-1 and infinity.
struct Tile2 {
  static constexpr int outputs = 2, inputs = 4;

  static ALWAYS_INLINE void input(const Vector *d, Vector *out) {
    out[0] = d[0] - d[2];
    out[1] = d[2] + d[1];
    out[2] = d[2] - d[1];
    out[3] = d[3] - d[1];
  }

  static ALWAYS_INLINE void output(const Vector *m, Vector *out) {
    out[0] = m[0] + m[1] + m[2];
    out[1] = m[1] - m[2] + m[3];
  }

  static ALWAYS_INLINE void gradient(const Vector *y, Vector *out) {
    out[0] = y[0];
    out[1] = y[0] + y[1];
    out[2] = y[0] - y[1];
    out[3] = y[1];
  }

  static ALWAYS_INLINE void weight(const Vector *g, Vector *out) {
    const Vector even = 0.5f * (g[0] + g[2]), odd = 0.5f * g[1];
    out[0] = g[0];
    out[1] = even + odd;
    out[2] = even - odd;
    out[3] = g[2];
  }

  static ALWAYS_INLINE void weight_gradient(const Vector *u, Vector *out) {
    const Vector even = 0.5f * (u[1] + u[2]), odd = 0.5f * (u[1] - u[2]);
    out[0] = u[0] + even;
    out[1] = odd;
    out[2] = even + u[3];
  }
};
