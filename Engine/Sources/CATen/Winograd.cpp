// Winograd's convolutions, divided among threads. What a value is the sum of, and in which order, depends on
// the sizes alone: results have the same bits on any number of threads.
#include "Winograd.h"

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "Parallel.h"
#include "WinogradWork.h"

namespace winograd {

namespace {

/// The tiles of an input and a map, and the kernels for them.
struct Plan {
  const Kernels &kernels;
  Grid grid;

  Plan(const Shape &shape, Element element) : kernels(choose(shape, element)) {
    const auto side = kernels.side;
    grid = {
        shape.images, shape.height, shape.width, parts(shape.height, side), parts(shape.width, side)};
  }

  static const Kernels &choose(const Shape &shape, Element element) {
    // The tiles with the fewest multiplications, and of two equal ones the smaller and more exact.
    int64_t side = 0, least = 0;
    for (int64_t candidate : {2, 3, 4}) {
      const auto planes = (candidate + 2) * (candidate + 2);
      const auto count = planes * parts(shape.height, candidate) * parts(shape.width, candidate);
      if (side == 0 || count < least) {
        side = candidate;
        least = count;
      }
    }
    return instructions() == Instructions::avx512 ? avx512_kernels(side, element)
                                                  : avx2_kernels(side, element);
  }

  /// The memory that transformed tiles take, in values.
  int64_t size(const Tiles &tiles) const { return kernels.planes * tiles.plane(); }

  /// The number of tiles with `channels` whose planes have `values` in all, in whole products.
  int64_t tiles(int64_t values, int64_t channels) const {
    const auto fitting = values / (kernels.planes * channels);
    return std::max<int64_t>(1, fitting / kernels.rows) * kernels.rows;
  }
};

/// Transformed weights that stay in the cache are computed once, and every job takes its tiles from the images
/// to the maps.
void convolve_job_by_job(
    const Plan &plan, const Shape &shape, const void *images, const float *weights, bool rotated,
    void *maps) {
  const auto &kernels = plan.kernels;
  const auto block = kernels.block, blocks = parts(shape.outputs, block);
  const auto block_size = kernels.planes * shape.inputs * block;
  float *const transformed = shared_scratch(kernels.planes * shape.inputs * shape.outputs);
  caten::in_parallel(blocks, [&](int64_t begin, int64_t end) {
    for (auto b = begin; b < end; b++) {
      kernels.weights(
          weights, shape.inputs, shape.outputs, rotated, b * block, transformed + b * block_size);
    }
  });
  const auto most = plan.tiles(values_of_job, shape.inputs);
  const auto count = plan.grid.count();
  caten::in_parallel(parts(count, most), [&](int64_t begin, int64_t end) {
    Tiles tiles = {nullptr, shape.inputs, shape.inputs, most};
    tiles.values = own_scratch(plan.size(tiles) + kernels.planes * (most * block + 16));
    float *const products = tiles.values + plan.size(tiles);
    for (auto job = begin; job < end; job++) {
      const auto first = job * most, tile_count = std::min(most, count - first);
      kernels.input(plan.grid, images, tiles, first, 0, tile_count);
      for (int64_t b = 0; b < blocks; b++) {
        kernels.output(
            plan.grid, tiles, transformed + b * block_size, shape.outputs, b * block, first, tile_count,
            products, maps);
      }
    }
  });
}

/// Transformed weights that would fill the memory are computed block by block, for many tiles at once.
void convolve_block_by_block(
    const Plan &plan, const Shape &shape, const void *images, const float *weights, bool rotated,
    void *maps) {
  const auto &kernels = plan.kernels;
  const auto block = kernels.block, blocks = parts(shape.outputs, block);
  const auto count = plan.grid.count();
  const auto passes = parts(count, plan.tiles(values_of_pass, shape.inputs));
  Tiles tiles = {nullptr, shape.inputs, shape.inputs, parts(count, passes)};
  tiles.values = shared_scratch(plan.size(tiles));
  for (int64_t first = 0; first < count; first += tiles.most) {
    const auto tile_count = std::min(tiles.most, count - first);
    caten::in_parallel(tile_count, [&](int64_t begin, int64_t end) {
      kernels.input(plan.grid, images, tiles, first, begin, end);
    });
    caten::in_parallel(blocks, [&](int64_t begin, int64_t end) {
      const auto size = kernels.planes * shape.inputs * block;
      float *const transformed = own_scratch(size + kernels.planes * (tiles.most * block + 16));
      for (auto b = begin; b < end; b++) {
        kernels.weights(weights, shape.inputs, shape.outputs, rotated, b * block, transformed);
        kernels.output(
            plan.grid, tiles, transformed, shape.outputs, b * block, first, tile_count,
            transformed + size, maps);
      }
    });
  }
}

void convolve_either_way(
    const Shape &shape, Element element, const void *images, const float *weights, bool rotated,
    void *maps) {
  const Plan plan(shape, element);
  const auto size = plan.kernels.planes * shape.inputs * shape.outputs;
  (size <= values_kept ? convolve_job_by_job : convolve_block_by_block)(
      plan, shape, images, weights, rotated, maps);
}

/// The gradients of weights of all pairs of groups of channels.
struct GradientBlocks {
  const Plan &plan;
  const Shape &shape;
  int64_t columns = parts(shape.inputs, plan.kernels.block);
  int64_t count = parts(shape.outputs, row_block) * columns;
  int64_t scratch = plan.kernels.planes * (row_block * plan.kernels.block + 16);

  /// The tiles of images, and those of gradients, for `most` at once.
  Tiles images(int64_t most) const { return {nullptr, shape.inputs, plan.kernels.block, most}; }
  Tiles gradients(int64_t most) const { return {nullptr, shape.outputs, row_block, most}; }

  void compute(
      int64_t begin, int64_t end, const Tiles &tiles, const Tiles &moved, int64_t tile_count, bool add,
      float *products, float *out) const {
    for (auto b = begin; b < end; b++) {
      plan.kernels.weight_gradient(
          tiles, moved, tile_count, b / columns * row_block, b % columns * plan.kernels.block, add,
          products, out);
    }
  }
};

/// Few channels: every job sums up the gradients of its own tiles, and the sums of all jobs are added in order.
void weight_gradient_job_by_job(
    const Plan &plan, const GradientBlocks &blocks, const Shape &shape, const void *images,
    const void *gradients, float *out) {
  const auto &kernels = plan.kernels;
  const auto count = plan.grid.count();
  const auto jobs = std::clamp(count / least_gradient_job, int64_t(1), gradient_jobs);
  const auto size = 9 * shape.inputs * shape.outputs;
  float *const partial = shared_scratch(jobs * size);
  caten::in_parallel(jobs, [&](int64_t begin, int64_t end) {
    const auto channels = std::max(shape.inputs, shape.outputs);
    const auto longest = parts(count, jobs);
    const auto most =
        parts(longest, parts(longest, plan.tiles(values_of_gradient_job, channels)));
    Tiles tiles = blocks.images(most), moved = blocks.gradients(most);
    tiles.values = own_scratch(plan.size(tiles) + plan.size(moved) + blocks.scratch);
    moved.values = tiles.values + plan.size(tiles);
    float *const products = moved.values + plan.size(moved);
    for (auto job = begin; job < end; job++) {
      const auto from = count * job / jobs, to = count * (job + 1) / jobs;
      for (auto first = from; first < to; first += most) {
        const auto tile_count = std::min(most, to - first);
        kernels.input(plan.grid, images, tiles, first, 0, tile_count);
        kernels.gradient(plan.grid, gradients, moved, first, 0, tile_count);
        blocks.compute(
            0, blocks.count, tiles, moved, tile_count, first > from, products, partial + job * size);
      }
    }
  });
  constexpr int64_t piece = 4096;
  caten::in_parallel(parts(size, piece), [&](int64_t first, int64_t last) {
    const auto begin = first * piece, end = std::min(size, last * piece);
    std::copy(partial + begin, partial + end, out + begin);
    for (int64_t job = 1; job < jobs; job++) {
      for (auto i = begin; i < end; i++) out[i] += partial[job * size + i];
    }
  });
}

/// Many channels: all threads share the transformed tiles, and each computes other blocks of the gradient.
void weight_gradient_block_by_block(
    const Plan &plan, const GradientBlocks &blocks, const Shape &shape, const void *images,
    const void *gradients, float *out) {
  const auto &kernels = plan.kernels;
  const auto count = plan.grid.count();
  const auto channels = std::max(shape.inputs, shape.outputs);
  const auto passes = parts(count, plan.tiles(values_of_gradient_pass, channels));
  const auto most = parts(count, passes);
  Tiles tiles = blocks.images(most), moved = blocks.gradients(most);
  tiles.values = shared_scratch(plan.size(tiles) + plan.size(moved));
  moved.values = tiles.values + plan.size(tiles);
  for (int64_t first = 0; first < count; first += most) {
    const auto tile_count = std::min(most, count - first);
    caten::in_parallel(tile_count, [&](int64_t begin, int64_t end) {
      kernels.input(plan.grid, images, tiles, first, begin, end);
      kernels.gradient(plan.grid, gradients, moved, first, begin, end);
    });
    caten::in_parallel(blocks.count, [&](int64_t begin, int64_t end) {
      blocks.compute(
          begin, end, tiles, moved, tile_count, first > 0, own_scratch(blocks.scratch), out);
    });
  }
}

}  // namespace

void convolve(
    const Shape &shape, Element element, const void *images, const float *weights, void *maps) {
  convolve_either_way(shape, element, images, weights, false, maps);
}

void input_gradient(
    const Shape &shape, Element element, const void *gradients, const float *weights, void *out) {
  // A convolution with turned kernels, from the outputs to the inputs.
  const Shape back = {shape.images, shape.height, shape.width, shape.outputs, shape.inputs};
  convolve_either_way(back, element, gradients, weights, true, out);
}

void weight_gradient(
    const Shape &shape, Element element, const void *images, const void *gradients, float *out) {
  const Plan plan(shape, element);
  const GradientBlocks blocks{plan, shape};
  (blocks.count < shared_gradient_blocks ? weight_gradient_job_by_job
                                         : weight_gradient_block_by_block)(
      plan, blocks, shape, images, gradients, out);
}

}  // namespace winograd
