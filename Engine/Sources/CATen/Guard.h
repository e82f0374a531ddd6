// What every file of the shim needs: handles, and exceptions turned into error values.
#pragma once

#include <ATen/ATen.h>

#include <exception>
#include <new>
#include <string>

#include "CATen.h"

namespace caten {

/// The message of the last exception on this thread, and what it means.
extern thread_local std::string last_error;
extern thread_local caten_failure last_failure;

inline caten_tensor wrap(at::Tensor tensor) {
  return reinterpret_cast<caten_tensor>(new at::Tensor(std::move(tensor)));
}

inline at::Tensor &unwrap(caten_tensor handle) {
  return *reinterpret_cast<at::Tensor *>(handle);
}

inline c10::optional<at::Tensor> optional(caten_tensor handle) {
  return handle ? c10::optional<at::Tensor>(unwrap(handle)) : c10::nullopt;
}

inline at::IntArrayRef list(const int64_t *values, int64_t count) {
  return at::IntArrayRef(values, static_cast<size_t>(count));
}

inline at::Device device(int32_t number) {
  return number == caten_cuda ? at::Device(at::kCUDA, 0) : at::Device(at::kCPU);
}

/// What a card fetches from the processor's memory later, while nobody waits: a copy in pinned memory, which libtorch
/// keeps and uses again. Values that are on a card already, and more than a batch, are left where they are.
inline at::Tensor pinned(const at::Tensor &source) {
  return source.is_cpu() && source.nbytes() <= 16 << 20 ? source.pin_memory() : source;
}

/// ATen's sync debug mode; null before waits were forbidden for the first time, and where there is no CUDA.
extern int *sync_debug_mode;

/// Whether an exception says that memory ran out. libtorch's allocator for the processor throws a plain
/// c10::Error, of which only the text tells.
inline bool is_out_of_memory(const std::exception &error, const std::string &message) {
  if (dynamic_cast<const std::bad_alloc *>(&error) ||
      dynamic_cast<const c10::OutOfMemoryError *>(&error)) {
    return true;
  }
  for (auto *text : {"can't allocate memory", "not enough memory", "out of memory", "bad_alloc"}) {
    if (message.find(text) != std::string::npos) return true;
  }
  return false;
}

inline void keep_error(const std::exception &error) {
  // c10::Error adds a C++ backtrace to what(); the message alone is what a reader can use.
  if (auto *known = dynamic_cast<const c10::Error *>(&error)) {
    last_error = known->what_without_backtrace();
  } else {
    last_error = error.what();
  }
  last_failure = is_out_of_memory(error, last_error) ? caten_out_of_memory : caten_refused;
}

inline void keep_unknown() {
  last_error = "unknown C++ exception";
  last_failure = caten_refused;
}

/// The tensor that `body` returns, or NULL with its exception kept.
template <typename Body>
caten_tensor guard(Body body) {
  try {
    return wrap(body());
  } catch (const std::exception &error) {
    keep_error(error);
  } catch (...) {
    keep_unknown();
  }
  return nullptr;
}

/// Runs `body`; false with its exception kept if it threw.
template <typename Body>
bool attempt(Body body) {
  try {
    body();
    return true;
  } catch (const std::exception &error) {
    keep_error(error);
  } catch (...) {
    keep_unknown();
  }
  return false;
}

}  // namespace caten
