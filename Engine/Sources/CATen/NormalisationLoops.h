// The passes of NormalisationPasses.h for one instruction set; included inside its namespace behind
// VectorGroup.h. Rows are read strictly in order: four rows side by side, which would load what belongs to a
// channel once for all of them, take twice as long from memory, because the processor does not see the
// addresses coming.

/// Rows whose sums are held in float32 before they are added to those in float64.
constexpr int64_t float_rows = 128;

/// Goes over a slab with two sums of each channel. body(first, end) adds rows to scratch [2, C].
template <typename Body>
inline void with_sums(
    Slab slab, int64_t channels, float *scratch, double *first_sums, double *second_sums, Body body) {
  std::fill_n(first_sums, channels, 0.0);
  std::fill_n(second_sums, channels, 0.0);
  for (int64_t row = slab.first; row < slab.end; row += float_rows) {
    std::fill_n(scratch, 2 * channels, 0.0f);
    body(row, std::min(slab.end, row + float_rows));
    for (int64_t c = 0; c < channels; c += group) {
      add_doubles(first_sums + c, scratch + c);
      add_doubles(second_sums + c, scratch + channels + c);
    }
  }
}

template <typename Element>
void statistics(const Statistics &pass, Slab slab, int64_t channels) {
  const auto shift = pass.shift;
  const auto sums = pass.scratch, squares = sums + channels;
  with_sums(slab, channels, sums, pass.sums, pass.squares, [=](int64_t row, int64_t end) {
    for (; row < end; row++) {
      const auto x = static_cast<const Element *>(pass.x) + row * channels;
      for (int64_t c = 0; c < channels; c += group) {
        const auto d = subtract(load(x + c), load(shift + c));
        store(sums + c, add(load(sums + c), d));
        store(squares + c, multiply_add(d, d, load(squares + c)));
      }
    }
  });
}

template <typename Element, Mode mode, bool has_bits>
void forward(const Forward &pass, Slab slab, int64_t channels) {
  const auto mean = pass.mean, scale = pass.scale, bias = pass.bias;
  for (int64_t row = slab.first; row < slab.end; row++) {
    const auto start = row * channels;
    const auto x = static_cast<const Element *>(pass.x) + start;
    const auto residual = static_cast<const Element *>(pass.residual) + start;
    const auto y = static_cast<Element *>(pass.y) + start;
    const auto bits = pass.bits + start / group;
    for (int64_t c = 0; c < channels; c += group) {
      auto n = multiply_add(subtract(load(x + c), load(mean + c)), load(scale + c), load(bias + c));
      if (mode == Mode::add_relu) n = add(n, load(residual + c));
      if (has_bits) bits[c / group] = bits_of(passes(n));
      store(y + c, mode == Mode::nothing ? n : positive(n));
    }
  }
}

template <typename Element, Mode mode, bool has_second, bool has_masked>
void reduction(const Reduction &pass, Slab slab, int64_t channels) {
  const auto mean = pass.mean, scale = pass.scale, bias = pass.bias;
  const auto sums = pass.scratch, products = sums + channels;
  with_sums(slab, channels, sums, pass.sums, pass.products, [=](int64_t row, int64_t end) {
    for (; row < end; row++) {
      const auto start = row * channels;
      const auto x = static_cast<const Element *>(pass.x) + start;
      const auto gradient = static_cast<const Element *>(pass.gradient) + start;
      const auto second = static_cast<const Element *>(pass.second) + start;
      const auto masked = static_cast<Element *>(pass.masked) + start;
      const auto bits = pass.bits + start / group;
      for (int64_t c = 0; c < channels; c += group) {
        const auto d = subtract(load(x + c), load(mean + c));
        auto g = load(gradient + c);
        if (has_second) g = add(g, load(second + c));
        if (mode == Mode::relu) {
          g = select(passes(multiply_add(d, load(scale + c), load(bias + c))), g);
        }
        if (mode == Mode::add_relu) g = select(mask_of(bits[c / group]), g);
        store(sums + c, add(load(sums + c), g));
        store(products + c, multiply_add(g, d, load(products + c)));
        if (has_masked) store(masked + c, g);
      }
    }
  });
}

template <typename Element, bool is_masked>
void backward(const Backward &pass, Slab slab, int64_t channels) {
  const auto mean = pass.mean, scale = pass.scale, bias = pass.bias;
  const auto factor = pass.a, slope = pass.b, offset = pass.c;
  for (int64_t row = slab.first; row < slab.end; row++) {
    const auto start = row * channels;
    const auto x = static_cast<const Element *>(pass.x) + start;
    const auto gradient = static_cast<const Element *>(pass.gradient) + start;
    const auto result = static_cast<Element *>(pass.result) + start;
    for (int64_t c = 0; c < channels; c += group) {
      const auto d = subtract(load(x + c), load(mean + c));
      auto g = load(gradient + c);
      if (!is_masked) g = select(passes(multiply_add(d, load(scale + c), load(bias + c))), g);
      const auto line = multiply_add(d, load(slope + c), load(offset + c));
      store(result + c, multiply_add(g, load(factor + c), line));
    }
  }
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
