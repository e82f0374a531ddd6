// Winograd's convolutions with AVX2 and FMA: eight floats in a vector, sixteen registers.
#if defined(__x86_64__)

#include "WinogradTarget.h"

#define WIDTH 8
#define PRODUCT_ROWS 6
#define GRADIENT_ROWS 4

TARGET_BEGIN("avx2,fma")
namespace winograd {
namespace {

#include "WinogradKernels.h"

}  // namespace

const Kernels &avx2_kernels(int64_t side, Element element) { return choose(side, element); }

}  // namespace winograd
TARGET_END

#endif
