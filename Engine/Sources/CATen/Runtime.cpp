#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/autocast_mode.h>
#include <atomic>
#include <dlfcn.h>
#include <exception>
#include <future>
#include <stdexcept>
#include <thread>
#include <torch/csrc/api/include/torch/version.h>
#include <vector>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "Guard.h"
#include "Winograd.h"

thread_local std::string caten::last_error;
thread_local caten_failure caten::last_failure = caten_refused;

using namespace caten;

const char *caten_last_error(void) { return last_error.c_str(); }

int32_t caten_last_failure(void) { return last_failure; }

bool caten_has_cuda(void) {
  // Nothing here calls into the CUDA half of libtorch, so the linker leaves it out.
  static void *cuda = dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL);
  bool available = false;
  attempt([&] { available = cuda != nullptr && at::hasCUDA(); });
  return available;
}

int *caten::sync_debug_mode = nullptr;

bool caten_forbid_waits(bool forbidden) {
  if (!caten_has_cuda()) return false;
  // The variable of c10::cuda::warning_state(), an inline function of a header that needs CUDA's own headers.
  sync_debug_mode =
      static_cast<int *>(dlsym(RTLD_DEFAULT, "_ZZN3c104cuda13warning_stateEvE14warning_state_"));
  constexpr int disabled = 0, error = 2;
  if (sync_debug_mode) *sync_debug_mode = forbidden ? error : disabled;
  return sync_debug_mode != nullptr;
}

const char *caten_configuration(void) {
  static const std::string text = [] {
    std::string text;
    attempt([&] { text = at::show_config(); });
    switch (winograd::instructions()) {
      case winograd::Instructions::none: return text + "  - 3x3 convolutions: libtorch\n";
      case winograd::Instructions::avx2: return text + "  - 3x3 convolutions: AVX2\n";
      case winograd::Instructions::avx512: return text + "  - 3x3 convolutions: AVX-512\n";
    }
    return text;
  }();
  return text.c_str();
}

/// Throws unless so many threads can exist beside those of the process.
///
/// libtorch's pool, which at::set_num_threads creates, ignores a thread that cannot be made, under a limit
/// of memory or of processes, and then waits for it for ever.
static void require_threads(unsigned count) {
  std::promise<void> release;
  const auto released = release.get_future().share();
  std::vector<std::thread> probes;
  std::string problem;
  try {
    for (unsigned i = 0; i < count; i++) probes.emplace_back([released] { released.wait(); });
  } catch (const std::exception &error) {
    // A thread that is not joined would end the process: memory for one more may be wanting, too.
    problem = error.what();
  }
  release.set_value();
  for (auto &probe : probes) probe.join();
  if (!problem.empty()) {
    throw std::runtime_error("no thread can be started: " + problem +
                             "; raise the limits of memory and processes (ulimit -v, ulimit -u)");
  }
}

bool caten_set_threads(int32_t threads) {
  return attempt([&] {
    // The pool begins with a thread for each processor. One of the asked size is made before it goes.
    static std::atomic<bool> has_pool{false};
    require_threads(threads + (has_pool ? 0 : std::thread::hardware_concurrency()));
    at::set_num_threads(threads);
    has_pool = true;
  });
}

int32_t caten_threads(void) { return at::get_num_threads(); }

void caten_keep_freed_memory(void) {
#ifdef __GLIBC__
  // One arena, because only the first one can grow without a limit.
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 64 << 20);
#endif
}

bool caten_set_deterministic(bool deterministic) {
  return attempt([&] {
    auto &context = at::globalContext();
    // An operator that has no such form warns, once.
    context.setDeterministicAlgorithms(deterministic, /*warn_only=*/true);
    context.setDeterministicCuDNN(deterministic);
    context.setBenchmarkCuDNN(!deterministic);
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 2)
    // Nothing here reads memory that it has not written.
    context.setDeterministicFillUninitializedMemory(false);
#endif
  });
}

bool caten_autocast_enabled(int32_t device) {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
  return at::autocast::is_autocast_enabled(device == caten_cuda ? at::kCUDA : at::kCPU);
#else
  return device == caten_cuda ? at::autocast::is_enabled() : at::autocast::is_cpu_enabled();
#endif
}

bool caten_set_autocast(bool enabled, int32_t device) {
  return attempt([&] {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
    const auto type = device == caten_cuda ? at::kCUDA : at::kCPU;
    at::autocast::set_autocast_enabled(type, enabled);
    at::autocast::set_autocast_dtype(type, at::kBFloat16);
#else
    if (device == caten_cuda) {
      at::autocast::set_enabled(enabled);
      at::autocast::set_autocast_gpu_dtype(at::kBFloat16);
    } else {
      at::autocast::set_cpu_enabled(enabled);
      at::autocast::set_autocast_cpu_dtype(at::kBFloat16);
    }
#endif
  });
}

bool caten_autocast_clear_cache(void) {
  return attempt([] { at::autocast::clear_cache(); });
}

bool caten_grad_enabled(void) { return at::GradMode::is_enabled(); }

void caten_set_grad_enabled(bool enabled) { at::GradMode::set_enabled(enabled); }

const caten_functions *caten_table(void) {
#define MEMBER(name) caten_##name,
  static const caten_functions table = {CATEN_FUNCTIONS(MEMBER)};
#undef MEMBER
  return &table;
}
