#include <lzma.h>

/* Swift does not import macros that are computed. */
static const uint32_t clzma_concatenated = LZMA_CONCATENATED;
static const uint32_t clzma_tell_unsupported_check = LZMA_TELL_UNSUPPORTED_CHECK;
