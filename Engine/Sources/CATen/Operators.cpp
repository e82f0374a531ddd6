#include <vector>

#include "Guard.h"

using namespace caten;

#define UNARY(name) \
  caten_tensor caten_##name(caten_tensor a) { return guard([&] { return at::name(unwrap(a)); }); }

#define BINARY(name)                                              \
  caten_tensor caten_##name(caten_tensor a, caten_tensor b) {     \
    return guard([&] { return at::name(unwrap(a), unwrap(b)); }); \
  }

#define WITH_SCALAR(name)                                     \
  caten_tensor caten_##name##_scalar(caten_tensor a, double b) { \
    return guard([&] { return at::name(unwrap(a), b); });     \
  }

#define REDUCTION(name)                                                                         \
  caten_tensor caten_##name(caten_tensor a, const int64_t *dims, int64_t count, bool keep) {    \
    return guard([&] { return at::name(unwrap(a), list(dims, count), keep); });                 \
  }

UNARY(neg)
UNARY(abs)
UNARY(exp)
UNARY(log)
UNARY(sqrt)
UNARY(square)
UNARY(relu)
UNARY(sigmoid)
UNARY(tanh)
UNARY(clone)
UNARY(logical_not)

BINARY(add)
BINARY(sub)
BINARY(mul)
BINARY(div)
BINARY(maximum)
BINARY(minimum)
BINARY(eq)
BINARY(lt)
BINARY(matmul)

WITH_SCALAR(add)
WITH_SCALAR(mul)
WITH_SCALAR(div)
WITH_SCALAR(pow)
WITH_SCALAR(remainder)
WITH_SCALAR(eq)
WITH_SCALAR(lt)
WITH_SCALAR(gt)

REDUCTION(sum)
REDUCTION(mean)
REDUCTION(amax)
REDUCTION(amin)
REDUCTION(logsumexp)

caten_tensor caten_clamp(caten_tensor a, double minimum, double maximum) {
  return guard([&] { return at::clamp(unwrap(a), minimum, maximum); });
}

caten_tensor caten_clamp_min(caten_tensor a, double minimum) {
  return guard([&] { return at::clamp_min(unwrap(a), minimum); });
}

caten_tensor caten_where(caten_tensor condition, caten_tensor a, caten_tensor b) {
  return guard([&] { return at::where(unwrap(condition), unwrap(a), unwrap(b)); });
}

caten_tensor caten_masked_fill(caten_tensor a, caten_tensor mask, double value) {
  return guard([&] { return at::masked_fill(unwrap(a), unwrap(mask), value); });
}

caten_tensor caten_argmax(caten_tensor a, int64_t dim, bool keep) {
  return guard([&] { return at::argmax(unwrap(a), dim, keep); });
}

caten_tensor caten_softmax(caten_tensor a, int64_t dim) {
  return guard([&] { return at::softmax(unwrap(a), dim); });
}

caten_tensor caten_log_softmax(caten_tensor a, int64_t dim) {
  return guard([&] { return at::log_softmax(unwrap(a), dim); });
}

caten_tensor caten_reshape(caten_tensor a, const int64_t *sizes, int64_t rank) {
  return guard([&] { return at::reshape(unwrap(a), list(sizes, rank)); });
}

caten_tensor caten_expand(caten_tensor a, const int64_t *sizes, int64_t rank) {
  return guard([&] { return unwrap(a).expand(list(sizes, rank)); });
}

caten_tensor caten_permute(caten_tensor a, const int64_t *dims, int64_t rank) {
  return guard([&] { return at::permute(unwrap(a), list(dims, rank)); });
}

caten_tensor caten_transpose(caten_tensor a, int64_t first, int64_t second) {
  return guard([&] { return at::transpose(unwrap(a), first, second); });
}

caten_tensor caten_unsqueeze(caten_tensor a, int64_t dim) {
  return guard([&] { return at::unsqueeze(unwrap(a), dim); });
}

caten_tensor caten_squeeze(caten_tensor a, int64_t dim) {
  return guard([&] { return at::squeeze(unwrap(a), dim); });
}

caten_tensor caten_narrow(caten_tensor a, int64_t dim, int64_t start, int64_t length) {
  return guard([&] { return at::narrow(unwrap(a), dim, start, length); });
}

caten_tensor caten_flip(caten_tensor a, int64_t dim) {
  return guard([&] { return at::flip(unwrap(a), {dim}); });
}

caten_tensor caten_index_select(caten_tensor a, int64_t dim, caten_tensor index) {
  return guard([&] { return at::index_select(unwrap(a), dim, unwrap(index)); });
}

caten_tensor caten_gather(caten_tensor a, int64_t dim, caten_tensor index) {
  return guard([&] { return at::gather(unwrap(a), dim, unwrap(index)); });
}

caten_tensor caten_index_add(
    caten_tensor a, int64_t dim, caten_tensor index, caten_tensor source) {
  return guard([&] { return at::index_add(unwrap(a), dim, unwrap(index), unwrap(source)); });
}

caten_tensor caten_cat(const caten_tensor *tensors, int64_t count, int64_t dim) {
  return guard([&] {
    std::vector<at::Tensor> parts;
    for (int64_t i = 0; i < count; i++) parts.push_back(unwrap(tensors[i]));
    return at::cat(parts, dim);
  });
}

caten_tensor caten_one_hot(caten_tensor index, int64_t classes) {
  return guard([&] { return at::one_hot(unwrap(index), classes); });
}

bool caten_add_(caten_tensor self, caten_tensor other, double alpha) {
  return attempt([&] { unwrap(self).add_(unwrap(other), alpha); });
}

bool caten_mul_(caten_tensor self, double factor) {
  return attempt([&] { unwrap(self).mul_(factor); });
}

bool caten_addcmul_(caten_tensor self, caten_tensor a, caten_tensor b, double value) {
  return attempt([&] { unwrap(self).addcmul_(unwrap(a), unwrap(b), value); });
}

bool caten_addcdiv_(caten_tensor self, caten_tensor a, caten_tensor b, double value) {
  return attempt([&] { unwrap(self).addcdiv_(unwrap(a), unwrap(b), value); });
}

bool caten_copy_(caten_tensor self, caten_tensor source) {
  return attempt([&] {
    auto &destination = unwrap(self);
    if (!destination.is_cuda()) {
      destination.copy_(unwrap(source));
      return;
    }
    const auto values = pinned(unwrap(source).to(destination.scalar_type()));
    destination.copy_(values, /*non_blocking=*/values.is_pinned());
  });
}

bool caten_zero_(caten_tensor self) {
  return attempt([&] { unwrap(self).zero_(); });
}

bool caten_index_copy_(caten_tensor self, int64_t dim, caten_tensor index, caten_tensor source) {
  return attempt([&] { unwrap(self).index_copy_(dim, unwrap(index), unwrap(source)); });
}
