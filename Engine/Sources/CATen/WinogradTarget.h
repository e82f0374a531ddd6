// What the files of Winograd's kernels need around them.
#pragma once

// Before any TARGET_BEGIN: inline functions of the standard library that were compiled for more than the
// processor has could be those that the linker keeps.
#include <cstddef>
#include <cstdint>
#include <utility>

#include "Winograd.h"

#define ALWAYS_INLINE inline __attribute__((always_inline))

/// Everything from TARGET_BEGIN to TARGET_END is compiled for the named instructions.
#define PRAGMA(text) _Pragma(#text)
#if defined(__clang__)
#define TARGET_BEGIN(names) \
  PRAGMA(clang attribute push(__attribute__((target(names))), apply_to = function))
#define TARGET_END PRAGMA(clang attribute pop)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define TARGET_BEGIN(names) PRAGMA(GCC push_options) PRAGMA(GCC target(names))
#define TARGET_END PRAGMA(GCC pop_options)
#define UNROLL _Pragma("GCC unroll 16")
#endif
