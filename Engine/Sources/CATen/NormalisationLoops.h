// The passes of NormalisationPasses.h for one instruction set; included inside its namespace behind
// VectorGroup.h. A tile of rows is gone over group by group of its channels: what belongs to a channel is
// loaded once for the tile, and memory is read in order.

/// Rows of a tile.
constexpr int64_t tile = 4;
/// Rows whose sums are held in float32 before they are added to those in float64.
constexpr int64_t float_rows = 128;

/// Calls body(rows, first row) with an integral constant for the rows: tiles, then single rows.
template <typename Body>
inline void by_tiles(int64_t first, int64_t end, Body body) {
  for (; first + tile <= end; first += tile) body(std::integral_constant<int64_t, tile>(), first);
  for (; first < end; first++) body(std::integral_constant<int64_t, 1>(), first);
}

/// Goes over a slab with two sums of each channel. body(rows, row, scratch) adds a tile to scratch [2, C].
template <typename Body>
inline void with_sums(
    Slab slab, int64_t channels, float *scratch, double *first_sums, double *second_sums, Body body) {
  std::fill_n(first_sums, channels, 0.0);
  std::fill_n(second_sums, channels, 0.0);
  for (int64_t row = slab.first; row < slab.end; row += float_rows) {
    std::fill_n(scratch, 2 * channels, 0.0f);
    by_tiles(row, std::min(slab.end, row + float_rows), body);
    for (int64_t c = 0; c < channels; c += group) {
      add_doubles(first_sums + c, scratch + c);
      add_doubles(second_sums + c, scratch + channels + c);
    }
  }
}

template <typename Element>
void statistics(const Statistics &pass, Slab slab, int64_t channels) {
  const auto x = static_cast<const Element *>(pass.x);
  with_sums(
      slab, channels, pass.scratch, pass.sums, pass.squares, [=](auto rows, int64_t row) {
        for (int64_t c = 0; c < channels; c += group) {
          const auto shift = load(pass.shift + c);
          auto sum = load(pass.scratch + c);
          auto squares = load(pass.scratch + channels + c);
          for (int64_t r = 0; r < rows; r++) {
            const auto d = subtract(load(x + (row + r) * channels + c), shift);
            sum = add(sum, d);
            squares = multiply_add(d, d, squares);
          }
          store(pass.scratch + c, sum);
          store(pass.scratch + channels + c, squares);
        }
      });
}

template <typename Element, Mode mode, bool has_bits>
void forward(const Forward &pass, Slab slab, int64_t channels) {
  const auto x = static_cast<const Element *>(pass.x);
  const auto residual = static_cast<const Element *>(pass.residual);
  const auto y = static_cast<Element *>(pass.y);
  by_tiles(slab.first, slab.end, [=](auto rows, int64_t row) {
    for (int64_t c = 0; c < channels; c += group) {
      const auto mean = load(pass.mean + c);
      const auto scale = load(pass.scale + c);
      const auto bias = load(pass.bias + c);
      for (int64_t r = 0; r < rows; r++) {
        const auto at = (row + r) * channels + c;
        auto n = multiply_add(subtract(load(x + at), mean), scale, bias);
        if (mode == Mode::add_relu) n = add(n, load(residual + at));
        if (has_bits) pass.bits[at / group] = bits_of(passes(n));
        store(y + at, mode == Mode::nothing ? n : positive(n));
      }
    }
  });
}

template <typename Element, Mode mode, bool has_second, bool has_masked>
void reduction(const Reduction &pass, Slab slab, int64_t channels) {
  const auto x = static_cast<const Element *>(pass.x);
  const auto gradient = static_cast<const Element *>(pass.gradient);
  const auto second = static_cast<const Element *>(pass.second);
  const auto masked = static_cast<Element *>(pass.masked);
  with_sums(
      slab, channels, pass.scratch, pass.sums, pass.products, [=](auto rows, int64_t row) {
        for (int64_t c = 0; c < channels; c += group) {
          const auto mean = load(pass.mean + c);
          const auto scale = mode == Mode::relu ? load(pass.scale + c) : zero();
          const auto bias = mode == Mode::relu ? load(pass.bias + c) : zero();
          auto sum = load(pass.scratch + c);
          auto products = load(pass.scratch + channels + c);
          for (int64_t r = 0; r < rows; r++) {
            const auto at = (row + r) * channels + c;
            const auto d = subtract(load(x + at), mean);
            auto g = load(gradient + at);
            if (has_second) g = add(g, load(second + at));
            if (mode == Mode::relu) g = select(passes(multiply_add(d, scale, bias)), g);
            if (mode == Mode::add_relu) g = select(mask_of(pass.bits[at / group]), g);
            sum = add(sum, g);
            products = multiply_add(g, d, products);
            if (has_masked) store(masked + at, g);
          }
          store(pass.scratch + c, sum);
          store(pass.scratch + channels + c, products);
        }
      });
}

template <typename Element, bool is_masked>
void backward(const Backward &pass, Slab slab, int64_t channels) {
  const auto x = static_cast<const Element *>(pass.x);
  const auto gradient = static_cast<const Element *>(pass.gradient);
  const auto result = static_cast<Element *>(pass.result);
  by_tiles(slab.first, slab.end, [=](auto rows, int64_t row) {
    for (int64_t c = 0; c < channels; c += group) {
      const auto mean = load(pass.mean + c);
      const auto scale = is_masked ? zero() : load(pass.scale + c);
      const auto bias = is_masked ? zero() : load(pass.bias + c);
      const auto factor = load(pass.a + c);
      const auto slope = load(pass.b + c);
      const auto offset = load(pass.c + c);
      for (int64_t r = 0; r < rows; r++) {
        const auto at = (row + r) * channels + c;
        const auto d = subtract(load(x + at), mean);
        auto g = load(gradient + at);
        if (!is_masked) g = select(passes(multiply_add(d, scale, bias)), g);
        store(result + at, multiply_add(g, factor, multiply_add(d, slope, offset)));
      }
    }
  });
}

template <typename Element>
void forward_by_mode(Mode mode, const Forward &pass, Slab slab, int64_t channels) {
  switch (mode) {
    case Mode::nothing: return forward<Element, Mode::nothing, false>(pass, slab, channels);
    case Mode::relu: return forward<Element, Mode::relu, false>(pass, slab, channels);
    case Mode::add_relu:
      return pass.bits ? forward<Element, Mode::add_relu, true>(pass, slab, channels)
                       : forward<Element, Mode::add_relu, false>(pass, slab, channels);
  }
}

template <typename Element, Mode mode>
void reduction_of(const Reduction &pass, Slab slab, int64_t channels) {
  if (pass.second) {
    // Both gradients are read once: their sum goes to the second pass.
    reduction<Element, mode, true, true>(pass, slab, channels);
  } else if (pass.masked) {
    reduction<Element, mode, false, true>(pass, slab, channels);
  } else {
    reduction<Element, mode, false, false>(pass, slab, channels);
  }
}

template <typename Element>
void reduction_by_mode(Mode mode, const Reduction &pass, Slab slab, int64_t channels) {
  switch (mode) {
    case Mode::nothing: return reduction_of<Element, Mode::nothing>(pass, slab, channels);
    case Mode::relu: return reduction_of<Element, Mode::relu>(pass, slab, channels);
    case Mode::add_relu: return reduction_of<Element, Mode::add_relu>(pass, slab, channels);
  }
}

template <typename Element>
void backward_by_mode(Mode mode, const Backward &pass, Slab slab, int64_t channels) {
  if (mode == Mode::relu) {
    backward<Element, false>(pass, slab, channels);
  } else {
    backward<Element, true>(pass, slab, channels);
  }
}

template <typename Element>
constexpr Kernels all = {
    statistics<Element>, forward_by_mode<Element>, reduction_by_mode<Element>,
    backward_by_mode<Element>};
