// Winograd's convolutions with AVX-512: sixteen floats in a vector, thirty-two registers.
#if defined(__x86_64__)

#include "WinogradTarget.h"

#define WIDTH 16
#define PRODUCT_ROWS 12
#define GRADIENT_ROWS 8

TARGET_BEGIN("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")
namespace winograd {
namespace {

#include "WinogradKernels.h"

}  // namespace

const Kernels &avx512_kernels(int64_t side, Element element) { return choose(side, element); }

}  // namespace winograd
TARGET_END

#endif
