// All passes for one instruction set; included once for each, inside its namespace.
#include "VectorGroup.h"

#include "NormalisationLoops.h"

#include "PoolingLoops.h"

template <typename Element>
constexpr Kernels all = {
    statistics<Element>, forward_by_mode<Element>, reduction_by_mode<Element>,
    backward_by_mode<Element>, pool<Element>, unpool<Element>};
