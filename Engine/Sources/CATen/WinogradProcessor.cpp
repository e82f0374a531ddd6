// Which kernels a processor has.
#include <cstdlib>
#include <cstring>

#include "Winograd.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace winograd {

namespace {

Instructions best() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
  return avx512 ? Instructions::avx512 : avx2 ? Instructions::avx2 : Instructions::none;
#else
  return Instructions::none;
#endif
}

/// What SCL_CONVOLUTIONS asks for, as far as the processor has it.
Instructions asked() {
  const auto most = best();
  const char *const name = std::getenv("SCL_CONVOLUTIONS");
  if (!name) return most;
  if (!std::strcmp(name, "libtorch")) return Instructions::none;
  if (!std::strcmp(name, "avx2") && most == Instructions::avx512) return Instructions::avx2;
  return most;
}

}  // namespace

Instructions instructions() {
  static const auto chosen = asked();
  return chosen;
}

bool has_matrix_tiles() {
#if defined(__x86_64__)
  // CPUID, leaf 7: bit 22 of EDX is AMX-BF16. Asked for once, since it leaves the guest in a virtual machine.
  static const bool has = [] {
    unsigned a = 0, b = 0, c = 0, d = 0;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d >> 22 & 1);
  }();
  return has;
#else
  return false;
#endif
}

bool supports(const Shape &shape) {
  const auto fits = [](int64_t channels) {
    return channels > 0 && channels % channel_multiple == 0 && channels <= most_channels;
  };
  return instructions() != Instructions::none && shape.images > 0 && shape.height > 1 &&
         shape.width > 1 && fits(shape.inputs) && fits(shape.outputs);
}

}  // namespace winograd

#if !defined(__x86_64__)
namespace winograd {
// Never called: there are no instructions for them.
const Kernels &avx2_kernels(int64_t, Element) { std::abort(); }
const Kernels &avx512_kernels(int64_t, Element) { std::abort(); }
}  // namespace winograd
#endif
