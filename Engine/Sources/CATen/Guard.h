// What every file of the shim needs: handles, and exceptions turned into error values.
#pragma once

#include <ATen/ATen.h>

#include <exception>
#include <string>

#include "CATen.h"

namespace caten {

/// The message of the last exception on this thread.
extern thread_local std::string last_error;

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

inline void keep_message(const std::exception &error) {
  // c10::Error adds a C++ backtrace to what(); the message alone is what a reader can use.
  if (auto *known = dynamic_cast<const c10::Error *>(&error)) {
    last_error = known->what_without_backtrace();
  } else {
    last_error = error.what();
  }
}

/// The tensor that `body` returns, or NULL with its exception's message kept.
template <typename Body>
caten_tensor guard(Body body) {
  try {
    return wrap(body());
  } catch (const std::exception &error) {
    keep_message(error);
  } catch (...) {
    last_error = "unknown C++ exception";
  }
  return nullptr;
}

/// Runs `body`; false with its exception's message kept if it threw.
template <typename Body>
bool attempt(Body body) {
  try {
    body();
    return true;
  } catch (const std::exception &error) {
    keep_message(error);
  } catch (...) {
    last_error = "unknown C++ exception";
  }
  return false;
}

}  // namespace caten
