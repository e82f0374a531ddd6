// The passes of normalisation and pooling for AVX2 and AVX-512, and which of them this processor runs.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <type_traits>

#include "VectorKernels.h"

#if defined(__x86_64__) && defined(__clang__)

#include <immintrin.h>

// Only what is included between the pragmas is compiled for the larger instruction sets: a function of the
// standard library, say, might be the one that the linker keeps for the whole program.
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
namespace caten::fused::avx2 {
#define CATEN_AVX512 0
#include "VectorLoops.h"
#undef CATEN_AVX512
}  // namespace caten::fused::avx2
#pragma clang attribute pop

#pragma clang attribute push( \
    __attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl"))), apply_to = function)
namespace caten::fused::avx512 {
#define CATEN_AVX512 1
#define CATEN_AVX512_BF16 0
#include "VectorLoops.h"
#undef CATEN_AVX512_BF16
}  // namespace caten::fused::avx512
#pragma clang attribute pop

#pragma clang attribute push( \
    __attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512bf16"))), \
    apply_to = function)
namespace caten::fused::avx512_bf16 {
#define CATEN_AVX512_BF16 1
#include "VectorLoops.h"
#undef CATEN_AVX512_BF16
#undef CATEN_AVX512
}  // namespace caten::fused::avx512_bf16
#pragma clang attribute pop

namespace caten::fused {

enum class InstructionSet { none, avx2, avx512, avx512_bf16 };

/// The largest that this processor has and ATEN_CPU_CAPABILITY allows libtorch.
static InstructionSet instruction_set() {
  const char *limit = std::getenv("ATEN_CPU_CAPABILITY");
  const auto is_limited = [&](const char *set) { return limit && std::strcmp(limit, set) == 0; };
  if (is_limited("default") || !__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) {
    return InstructionSet::none;
  }
  if (is_limited("avx2") || !__builtin_cpu_supports("avx512f") ||
      !__builtin_cpu_supports("avx512bw") || !__builtin_cpu_supports("avx512dq") ||
      !__builtin_cpu_supports("avx512vl")) {
    return InstructionSet::avx2;
  }
  return __builtin_cpu_supports("avx512bf16") ? InstructionSet::avx512_bf16
                                              : InstructionSet::avx512;
}

const Kernels *kernels(bool is_bfloat16) {
  static const auto set = instruction_set();
  switch (set) {
    case InstructionSet::none: return nullptr;
    case InstructionSet::avx2: return is_bfloat16 ? &avx2::all<avx2::Bfloat16> : &avx2::all<float>;
    case InstructionSet::avx512:
      return is_bfloat16 ? &avx512::all<avx512::Bfloat16> : &avx512::all<float>;
    case InstructionSet::avx512_bf16:
      return is_bfloat16 ? &avx512_bf16::all<avx512_bf16::Bfloat16> : &avx512::all<float>;
  }
}

}  // namespace caten::fused

#else

const caten::fused::Kernels *caten::fused::kernels(bool) { return nullptr; }

#endif
