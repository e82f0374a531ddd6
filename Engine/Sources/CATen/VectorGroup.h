// Sixteen floats in registers, loaded from and stored as float32 or bfloat16. Included once for each
// instruction set, inside its namespace and with its target attribute; CATEN_AVX512 and CATEN_AVX512_BF16 say which.

/// bfloat16 in memory.
struct Bfloat16 {
  uint16_t bits;
};

#if CATEN_AVX512

using Group = __m512;
using Mask = __mmask16;

inline Group zero() { return _mm512_setzero_ps(); }
inline Group load(const float *p) { return _mm512_loadu_ps(p); }
inline Group load(const Bfloat16 *p) {
  const auto bits = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(p));
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16));
}
inline void store(float *p, Group a) { _mm512_storeu_ps(p, a); }
inline void store(Bfloat16 *p, Group a) {
#if CATEN_AVX512_BF16
  const auto rounded = (__m256i)_mm512_cvtneps_pbh(a);
#else
  const auto bits = _mm512_castps_si512(a);
  const auto last = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
  auto sum = _mm512_add_epi32(bits, _mm512_add_epi32(last, _mm512_set1_epi32(0x7fff)));
  const auto is_nan = _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q);
  sum = _mm512_mask_mov_epi32(sum, is_nan, _mm512_set1_epi32(0x7fc00000));
  const auto rounded = _mm512_cvtepi32_epi16(_mm512_srli_epi32(sum, 16));
#endif
  _mm256_storeu_si256(reinterpret_cast<__m256i *>(p), rounded);
}
inline Group add(Group a, Group b) { return _mm512_add_ps(a, b); }
inline Group subtract(Group a, Group b) { return _mm512_sub_ps(a, b); }
/// a b + c
inline Group multiply_add(Group a, Group b, Group c) { return _mm512_fmadd_ps(a, b, c); }
/// Where a is above 0, or no number: what ReLU lets through.
inline Mask passes(Group a) { return _mm512_cmp_ps_mask(a, zero(), _CMP_NLE_UQ); }
/// ReLU. The maximum is its second operand where one is no number.
inline Group positive(Group a) { return _mm512_max_ps(zero(), a); }
/// Where a is above b, or no number.
inline Mask exceeds(Group a, Group b) {
  return _mm512_cmp_ps_mask(a, b, _CMP_GT_OQ) | _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q);
}
/// a where the mask is set, else 0.
inline Group select(Mask mask, Group a) { return _mm512_maskz_mov_ps(mask, a); }
/// a where the mask is set, else b.
inline Group either(Mask mask, Group a, Group b) { return _mm512_mask_mov_ps(b, mask, a); }
inline uint16_t bits_of(Mask mask) { return mask; }
inline Mask mask_of(uint16_t bits) { return bits; }
inline void add_doubles(double *sums, const float *values) {
  const auto a = load(values);
  const auto low = _mm512_cvtps_pd(_mm512_castps512_ps256(a));
  const auto high = _mm512_cvtps_pd(_mm512_extractf32x8_ps(a, 1));
  _mm512_storeu_pd(sums, _mm512_add_pd(_mm512_loadu_pd(sums), low));
  _mm512_storeu_pd(sums + 8, _mm512_add_pd(_mm512_loadu_pd(sums + 8), high));
}

#else

struct Group {
  __m256 low, high;
};
using Mask = Group;

inline Group load(const float *p) { return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)}; }
inline __m256 load_half(const Bfloat16 *p) {
  const auto bits = _mm_loadu_si128(reinterpret_cast<const __m128i *>(p));
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(bits), 16));
}
inline Group load(const Bfloat16 *p) { return {load_half(p), load_half(p + 8)}; }
inline void store(float *p, Group a) {
  _mm256_storeu_ps(p, a.low);
  _mm256_storeu_ps(p + 8, a.high);
}
inline __m256i rounded(__m256 a) {
  const auto bits = _mm256_castps_si256(a);
  const auto last = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
  const auto sum = _mm256_add_epi32(bits, _mm256_add_epi32(last, _mm256_set1_epi32(0x7fff)));
  const auto is_nan = _mm256_castps_si256(_mm256_cmp_ps(a, a, _CMP_UNORD_Q));
  return _mm256_srli_epi32(
      _mm256_blendv_epi8(sum, _mm256_set1_epi32(0x7fc00000), is_nan), 16);
}
inline void store(Bfloat16 *p, Group a) {
  // Packing goes by halves of a register: 0-3, 8-11, 4-7, 12-15.
  const auto packed = _mm256_packus_epi32(rounded(a.low), rounded(a.high));
  _mm256_storeu_si256(
      reinterpret_cast<__m256i *>(p), _mm256_permute4x64_epi64(packed, 0b11011000));
}
inline Group add(Group a, Group b) {
  return {_mm256_add_ps(a.low, b.low), _mm256_add_ps(a.high, b.high)};
}
inline Group subtract(Group a, Group b) {
  return {_mm256_sub_ps(a.low, b.low), _mm256_sub_ps(a.high, b.high)};
}
/// a b + c
inline Group multiply_add(Group a, Group b, Group c) {
  return {_mm256_fmadd_ps(a.low, b.low, c.low), _mm256_fmadd_ps(a.high, b.high, c.high)};
}
/// Where a is above 0, or no number: what ReLU lets through.
inline Mask passes(Group a) {
  const auto none = _mm256_setzero_ps();
  return {_mm256_cmp_ps(a.low, none, _CMP_NLE_UQ), _mm256_cmp_ps(a.high, none, _CMP_NLE_UQ)};
}
/// ReLU. The maximum is its second operand where one is no number.
inline Group positive(Group a) {
  const auto none = _mm256_setzero_ps();
  return {_mm256_max_ps(none, a.low), _mm256_max_ps(none, a.high)};
}
inline __m256 exceeds_half(__m256 a, __m256 b) {
  return _mm256_or_ps(_mm256_cmp_ps(a, b, _CMP_GT_OQ), _mm256_cmp_ps(a, a, _CMP_UNORD_Q));
}
/// Where a is above b, or no number.
inline Mask exceeds(Group a, Group b) {
  return {exceeds_half(a.low, b.low), exceeds_half(a.high, b.high)};
}
/// a where the mask is set, else 0.
inline Group select(Mask mask, Group a) {
  return {_mm256_and_ps(mask.low, a.low), _mm256_and_ps(mask.high, a.high)};
}
/// a where the mask is set, else b.
inline Group either(Mask mask, Group a, Group b) {
  return {_mm256_blendv_ps(b.low, a.low, mask.low), _mm256_blendv_ps(b.high, a.high, mask.high)};
}
inline uint16_t bits_of(Mask mask) {
  return static_cast<uint16_t>(
      _mm256_movemask_ps(mask.low) | _mm256_movemask_ps(mask.high) << 8);
}
inline Mask mask_of(uint16_t bits) {
  const auto all = _mm256_set1_epi32(bits);
  const auto low = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
  const auto high = _mm256_slli_epi32(low, 8);
  return {
      _mm256_castsi256_ps(_mm256_cmpeq_epi32(_mm256_and_si256(all, low), low)),
      _mm256_castsi256_ps(_mm256_cmpeq_epi32(_mm256_and_si256(all, high), high))};
}
inline void add_doubles(double *sums, const float *values) {
  for (int i = 0; i < 16; i += 4) {
    const auto a = _mm256_cvtps_pd(_mm_loadu_ps(values + i));
    _mm256_storeu_pd(sums + i, _mm256_add_pd(_mm256_loadu_pd(sums + i), a));
  }
}

#endif
