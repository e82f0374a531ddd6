// The passes of PoolingPasses.h for one instruction set; included inside its namespace behind VectorGroup.h.

/// The pixels of a window that lie within the map.
struct WindowPixels {
  int64_t begin[2];  ///< 1 where the first row (column) of the window lies outside
  int64_t end[2];
  int64_t offset;  ///< of the window's first pixel, inside or not

  WindowPixels(const Windows &windows, int64_t image, int64_t i, int64_t j) {
    const int64_t top = 2 * i - windows.padding, left = 2 * j - windows.padding;
    begin[0] = top < 0;
    begin[1] = left < 0;
    end[0] = top + 1 < windows.height ? 2 : 1;
    end[1] = left + 1 < windows.width ? 2 : 1;
    offset = ((image * windows.height + top) * windows.width + left) * windows.channels;
  }
};

/// body(pixels, o) for each window of `rows`; o is where its values begin in maps of windows.
template <typename Body>
inline void each_window(const Windows &windows, WindowRows rows, Body body) {
  const int64_t per_image = windows.rows(), columns = windows.columns();
  for (int64_t row = rows.first; row < rows.end; row++) {
    for (int64_t j = 0; j < columns; j++) {
      body(
          WindowPixels(windows, row / per_image, row % per_image, j),
          (row * columns + j) * windows.channels);
    }
  }
}

template <typename Element>
void pool(const Windows &windows, const Pooling &pass, WindowRows rows) {
  const int64_t channels = windows.channels, line = windows.width * channels;
  each_window(windows, rows, [=](const WindowPixels &pixels, int64_t o) {
    const auto x = static_cast<const Element *>(pass.x) + pixels.offset;
    const auto y = static_cast<Element *>(pass.y) + o;
    for (int64_t c = 0; c < channels; c += group) {
      const auto at = [=](int64_t h, int64_t w) { return load(x + h * line + w * channels + c); };
      auto largest = at(pixels.begin[0], pixels.begin[1]);
      unsigned in_second_row = pixels.begin[0] ? 0xffff : 0;
      unsigned in_second_column = pixels.begin[1] ? 0xffff : 0;
      for (int64_t h = pixels.begin[0]; h < pixels.end[0]; h++) {
        for (int64_t w = pixels.begin[1]; w < pixels.end[1]; w++) {
          const auto value = at(h, w);
          const auto is_larger = exceeds(value, largest);
          const unsigned bits = bits_of(is_larger);
          largest = either(is_larger, value, largest);
          in_second_row = h ? in_second_row | bits : in_second_row & ~bits;
          in_second_column = w ? in_second_column | bits : in_second_column & ~bits;
        }
      }
      store(y + c, largest);
      if (pass.places) {
        const auto places = pass.places + (o + c) / group * 2;
        places[0] = static_cast<uint16_t>(in_second_column);
        places[1] = static_cast<uint16_t>(in_second_row);
      }
    }
  });
}

template <typename Element>
void unpool(const Windows &windows, const Unpooling &pass, WindowRows rows) {
  const int64_t channels = windows.channels, line = windows.width * channels;
  each_window(windows, rows, [=](const WindowPixels &pixels, int64_t o) {
    const auto gradient = static_cast<const Element *>(pass.gradient) + o;
    const auto result = static_cast<Element *>(pass.result) + pixels.offset;
    for (int64_t c = 0; c < channels; c += group) {
      const auto g = load(gradient + c);
      const auto places = pass.places + (o + c) / group * 2;
      for (int64_t h = pixels.begin[0]; h < pixels.end[0]; h++) {
        for (int64_t w = pixels.begin[1]; w < pixels.end[1]; w++) {
          const unsigned column = w ? places[0] : ~places[0], row = h ? places[1] : ~places[1];
          store(
              result + h * line + w * channels + c,
              select(mask_of(static_cast<uint16_t>(column & row)), g));
        }
      }
    }
  });
}
