// Winograd's convolutions, divided among threads. What a value is the sum of, and in which order, depends on
// the sizes alone: results have the same bits on any number of threads.
#include "Winograd.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

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
    // The tiles with the fewer multiplications, and of two equal ones the more exact.
    const auto four = parts(shape.height, 4) * parts(shape.width, 4) * 36;
    const auto two = parts(shape.height, 2) * parts(shape.width, 2) * 16;
    const int64_t side = four < two ? 4 : 2;
    return instructions() == Instructions::avx512 ? avx512_kernels(side, element)
                                                  : avx2_kernels(side, element);
  }

  int64_t plane(int64_t tiles, int64_t channels) const {
    // Planes a power of two apart would share the same few lines of the cache.
    return tiles * channels + 16;
  }

  /// The number of tiles with `channels` whose planes have `values` in all, in whole products.
  int64_t tiles(int64_t values, int64_t channels) const {
    const auto fitting = values / (kernels.planes * channels);
    return std::max<int64_t>(1, fitting / kernels.rows) * kernels.rows;
  }
};

template <class Body>
void in_parallel(int64_t count, const Body &body) {
  at::parallel_for(0, count, 1, body);
}

/// Transformed weights that stay in the cache are computed once, and every job takes its tiles from the images
/// to the maps.
void convolve_job_by_job(
    const Plan &plan, const Shape &shape, const void *images, const float *weights, bool rotated,
    void *maps) {
  const auto &kernels = plan.kernels;
  const auto block = kernels.block, blocks = parts(shape.outputs, block);
  const auto block_size = kernels.planes * shape.inputs * block;
  float *const transformed = shared_scratch(kernels.planes * shape.inputs * shape.outputs);
  in_parallel(blocks, [&](int64_t begin, int64_t end) {
    for (auto b = begin; b < end; b++) {
      kernels.weights(
          weights, shape.inputs, shape.outputs, rotated, b * block, transformed + b * block_size);
    }
  });
  const auto most = plan.tiles(values_of_job, shape.inputs);
  const auto count = plan.grid.count();
  const auto plane = plan.plane(most, shape.inputs);
  in_parallel(parts(count, most), [&](int64_t begin, int64_t end) {
    float *const tiles = own_scratch(kernels.planes * (plane + most * block + 16));
    float *const products = tiles + kernels.planes * plane;
    for (auto job = begin; job < end; job++) {
      const auto first = job * most, tile_count = std::min(most, count - first);
      kernels.input(plan.grid, images, shape.inputs, first, tile_count, tiles, plane);
      for (int64_t b = 0; b < blocks; b++) {
        kernels.output(
            plan.grid, tiles, plane, transformed + b * block_size, shape.inputs, shape.outputs,
            b * block, first, tile_count, products, maps);
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
  const auto most = parts(count, passes);
  const auto plane = plan.plane(most, shape.inputs);
  float *const tiles = shared_scratch(kernels.planes * plane);
  for (int64_t first = 0; first < count; first += most) {
    const auto tile_count = std::min(most, count - first);
    in_parallel(tile_count, [&](int64_t begin, int64_t end) {
      kernels.input(
          plan.grid, images, shape.inputs, first + begin, end - begin, tiles + begin * shape.inputs,
          plane);
    });
    in_parallel(blocks, [&](int64_t begin, int64_t end) {
      const auto size = kernels.planes * shape.inputs * block;
      float *const transformed = own_scratch(size + kernels.planes * (most * block + 16));
      for (auto b = begin; b < end; b++) {
        kernels.weights(weights, shape.inputs, shape.outputs, rotated, b * block, transformed);
        kernels.output(
            plan.grid, tiles, plane, transformed, shape.inputs, shape.outputs, b * block, first,
            tile_count, transformed + size, maps);
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

/// The gradients of weights of all pairs of blocks of channels, for the tiles of images and gradients.
struct GradientBlocks {
  const Plan &plan;
  const Shape &shape;
  int64_t columns = parts(shape.inputs, plan.kernels.block);
  int64_t count = parts(shape.outputs, row_block) * columns;
  int64_t scratch = plan.kernels.planes * (row_block * plan.kernels.block + 16);

  void compute(
      int64_t begin, int64_t end, const float *tiles, const float *gradients, int64_t most,
      int64_t tile_count, bool add, float *products, float *out) const {
    for (auto b = begin; b < end; b++) {
      plan.kernels.weight_gradient(
          tiles, plan.plane(most, shape.inputs), gradients, plan.plane(most, shape.outputs), tile_count,
          shape.inputs, shape.outputs, b / columns * row_block, b % columns * plan.kernels.block, add,
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
  const auto jobs = std::min(gradient_jobs, count);
  const auto size = 9 * shape.inputs * shape.outputs;
  float *const partial = shared_scratch(jobs * size);
  in_parallel(jobs, [&](int64_t begin, int64_t end) {
    const auto channels = std::max(shape.inputs, shape.outputs);
    const auto longest = parts(count, jobs);
    const auto most =
        parts(longest, parts(longest, plan.tiles(values_of_gradient_job, channels)));
    const auto tile_plane = plan.plane(most, shape.inputs);
    const auto gradient_plane = plan.plane(most, shape.outputs);
    float *const tiles =
        own_scratch(kernels.planes * (tile_plane + gradient_plane) + blocks.scratch);
    float *const moved = tiles + kernels.planes * tile_plane;
    float *const products = moved + kernels.planes * gradient_plane;
    for (auto job = begin; job < end; job++) {
      const auto from = count * job / jobs, to = count * (job + 1) / jobs;
      for (auto first = from; first < to; first += most) {
        const auto tile_count = std::min(most, to - first);
        kernels.input(plan.grid, images, shape.inputs, first, tile_count, tiles, tile_plane);
        kernels.gradient(
            plan.grid, gradients, shape.outputs, first, tile_count, moved, gradient_plane);
        blocks.compute(
            0, blocks.count, tiles, moved, most, tile_count, first > from, products,
            partial + job * size);
      }
    }
  });
  at::parallel_for(0, size, 4096, [&](int64_t begin, int64_t end) {
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
  const auto passes = parts(count, plan.tiles(values_of_pass, channels));
  const auto most = parts(count, passes);
  const auto tile_plane = plan.plane(most, shape.inputs);
  const auto gradient_plane = plan.plane(most, shape.outputs);
  float *const tiles = shared_scratch(kernels.planes * (tile_plane + gradient_plane));
  float *const moved = tiles + kernels.planes * tile_plane;
  for (int64_t first = 0; first < count; first += most) {
    const auto tile_count = std::min(most, count - first);
    in_parallel(tile_count, [&](int64_t begin, int64_t end) {
      kernels.input(
          plan.grid, images, shape.inputs, first + begin, end - begin, tiles + begin * shape.inputs,
          tile_plane);
      kernels.gradient(
          plan.grid, gradients, shape.outputs, first + begin, end - begin,
          moved + begin * shape.outputs, gradient_plane);
    });
    in_parallel(blocks.count, [&](int64_t begin, int64_t end) {
      blocks.compute(
          begin, end, tiles, moved, most, tile_count, first > 0, own_scratch(blocks.scratch), out);
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
