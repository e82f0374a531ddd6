// A plain C face of libtorch's ATen, for Swift, as a library of its own (libCATen).
//
// Every function that can fail returns NULL (or false) and keeps the kind and the message of the C++
// exception for caten_last_failure() and caten_last_error() on the same thread. A caten_tensor owns a
// reference to its storage and is given back with caten_release.
#ifndef CATEN_H
#define CATEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Only what is never NULL is marked.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wnullability-completeness"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct caten_tensor_s *caten_tensor;

// c10::ScalarType's numbers.
enum caten_dtype {
  caten_uint8 = 0,
  caten_int32 = 3,
  caten_int64 = 4,
  caten_float32 = 6,
  caten_float64 = 7,
  caten_bool = 11,
  caten_bfloat16 = 15,
};

enum caten_device { caten_cpu = 0, caten_cuda = 1 };

// What a C++ exception means.
enum caten_failure { caten_refused = 0, caten_out_of_memory = 1 };

// MARK: Runtime
const char *_Nonnull caten_last_error(void);
int32_t caten_last_failure(void);
bool caten_has_cuda(void);
// What libtorch was built with, several lines: compiler, libraries, build settings.
const char *_Nonnull caten_configuration(void);
bool caten_set_threads(int32_t threads);
int32_t caten_threads(void);
void caten_keep_freed_memory(void);
/// Whether a card computes sums in a fixed order where it can. Otherwise kernels are chosen by timing them.
bool caten_set_deterministic(bool deterministic);
/// Makes operators that wait for a card fail, in all threads, but for caten_copy_out; or allows them again.
/// Returns false where there is no CUDA.
bool caten_forbid_waits(bool forbidden);
bool caten_autocast_enabled(int32_t device);
bool caten_set_autocast(bool enabled, int32_t device);
bool caten_autocast_clear_cache(void);
bool caten_grad_enabled(void);
void caten_set_grad_enabled(bool enabled);

// MARK: Tensors
caten_tensor caten_from_data(const void *data, const int64_t *sizes, int64_t rank, int32_t dtype);
caten_tensor caten_full(
    const int64_t *sizes, int64_t rank, double value, int32_t dtype, int32_t device);
caten_tensor caten_arange(int64_t count, int32_t dtype, int32_t device);
void caten_release(caten_tensor tensor);
int64_t caten_rank(caten_tensor tensor);
int64_t caten_size(caten_tensor tensor, int64_t dimension);
int64_t caten_count(caten_tensor tensor);
int32_t caten_dtype_of(caten_tensor tensor);
int32_t caten_device_of(caten_tensor tensor);
bool caten_is_channels_last(caten_tensor tensor);
bool caten_copy_out(caten_tensor tensor, void *destination, size_t bytes);
/// How often this thread has called caten_copy_out.
int64_t caten_reads(void);
caten_tensor caten_to_dtype(caten_tensor tensor, int32_t dtype);
caten_tensor caten_to_device(caten_tensor tensor, int32_t device);
caten_tensor caten_contiguous(caten_tensor tensor, bool channels_last);

// MARK: Autograd
bool caten_set_requires_grad(caten_tensor tensor, bool requires_grad);
bool caten_requires_grad(caten_tensor tensor);
bool caten_backward(caten_tensor loss);
caten_tensor caten_grad(caten_tensor tensor);  // NULL without an error where there is none
bool caten_clear_grad(caten_tensor tensor);
caten_tensor caten_detach(caten_tensor tensor);

// MARK: Element by element
caten_tensor caten_neg(caten_tensor a);
caten_tensor caten_abs(caten_tensor a);
caten_tensor caten_exp(caten_tensor a);
caten_tensor caten_log(caten_tensor a);
caten_tensor caten_sqrt(caten_tensor a);
caten_tensor caten_square(caten_tensor a);
caten_tensor caten_relu(caten_tensor a);
caten_tensor caten_sigmoid(caten_tensor a);
caten_tensor caten_tanh(caten_tensor a);
caten_tensor caten_clone(caten_tensor a);
caten_tensor caten_logical_not(caten_tensor a);
caten_tensor caten_add(caten_tensor a, caten_tensor b);
caten_tensor caten_sub(caten_tensor a, caten_tensor b);
caten_tensor caten_mul(caten_tensor a, caten_tensor b);
caten_tensor caten_div(caten_tensor a, caten_tensor b);
caten_tensor caten_maximum(caten_tensor a, caten_tensor b);
caten_tensor caten_minimum(caten_tensor a, caten_tensor b);
caten_tensor caten_eq(caten_tensor a, caten_tensor b);
caten_tensor caten_lt(caten_tensor a, caten_tensor b);
caten_tensor caten_matmul(caten_tensor a, caten_tensor b);
caten_tensor caten_add_scalar(caten_tensor a, double b);
caten_tensor caten_mul_scalar(caten_tensor a, double b);
caten_tensor caten_div_scalar(caten_tensor a, double b);
caten_tensor caten_pow_scalar(caten_tensor a, double b);
caten_tensor caten_remainder_scalar(caten_tensor a, double b);
caten_tensor caten_eq_scalar(caten_tensor a, double b);
caten_tensor caten_lt_scalar(caten_tensor a, double b);
caten_tensor caten_gt_scalar(caten_tensor a, double b);
caten_tensor caten_clamp(caten_tensor a, double minimum, double maximum);
caten_tensor caten_clamp_min(caten_tensor a, double minimum);
caten_tensor caten_where(caten_tensor condition, caten_tensor a, caten_tensor b);
caten_tensor caten_masked_fill(caten_tensor a, caten_tensor mask, double value);

// MARK: Reductions
caten_tensor caten_sum(caten_tensor a, const int64_t *dims, int64_t count, bool keep);
caten_tensor caten_mean(caten_tensor a, const int64_t *dims, int64_t count, bool keep);
caten_tensor caten_amax(caten_tensor a, const int64_t *dims, int64_t count, bool keep);
caten_tensor caten_amin(caten_tensor a, const int64_t *dims, int64_t count, bool keep);
caten_tensor caten_logsumexp(caten_tensor a, const int64_t *dims, int64_t count, bool keep);
caten_tensor caten_argmax(caten_tensor a, int64_t dim, bool keep);
caten_tensor caten_softmax(caten_tensor a, int64_t dim);
caten_tensor caten_log_softmax(caten_tensor a, int64_t dim);

// MARK: Shape and indices
caten_tensor caten_reshape(caten_tensor a, const int64_t *sizes, int64_t rank);
caten_tensor caten_expand(caten_tensor a, const int64_t *sizes, int64_t rank);
caten_tensor caten_permute(caten_tensor a, const int64_t *dims, int64_t rank);
caten_tensor caten_transpose(caten_tensor a, int64_t first, int64_t second);
caten_tensor caten_unsqueeze(caten_tensor a, int64_t dim);
caten_tensor caten_squeeze(caten_tensor a, int64_t dim);
caten_tensor caten_narrow(caten_tensor a, int64_t dim, int64_t start, int64_t length);
caten_tensor caten_flip(caten_tensor a, int64_t dim);
caten_tensor caten_index_select(caten_tensor a, int64_t dim, caten_tensor index);
caten_tensor caten_gather(caten_tensor a, int64_t dim, caten_tensor index);
caten_tensor caten_index_add(
    caten_tensor a, int64_t dim, caten_tensor index, caten_tensor source);
caten_tensor caten_cat(const caten_tensor *tensors, int64_t count, int64_t dim);
caten_tensor caten_one_hot(caten_tensor index, int64_t classes);

// MARK: Networks
caten_tensor caten_conv2d(
    caten_tensor input, caten_tensor weight, caten_tensor bias, int64_t stride, int64_t padding,
    int64_t groups);
caten_tensor caten_conv_transpose2d(
    caten_tensor input, caten_tensor weight, caten_tensor bias, int64_t stride, int64_t padding);
caten_tensor caten_batch_norm(
    caten_tensor input, caten_tensor weight, caten_tensor bias, caten_tensor running_mean,
    caten_tensor running_var, bool training, double momentum, double epsilon);
// relu(batch_norm(input) + residual); residual may be NULL. `count` results are the same values: the gradients
// of the places where they are used are then added while they are read.
bool caten_batch_norm_relu(
    caten_tensor input, caten_tensor residual, caten_tensor weight, caten_tensor bias,
    caten_tensor running_mean, caten_tensor running_var, bool training, double momentum,
    double epsilon, caten_tensor *_Nonnull results, int64_t count);
caten_tensor caten_linear(caten_tensor input, caten_tensor weight, caten_tensor bias);
caten_tensor caten_max_pool2d(caten_tensor input, int64_t kernel, int64_t stride, int64_t padding);
caten_tensor caten_adaptive_avg_pool2d(caten_tensor input, int64_t size);
bool caten_linalg_eigh(caten_tensor a, caten_tensor *values, caten_tensor *vectors);
caten_tensor caten_nll_loss(caten_tensor log_probabilities, caten_tensor target);

// MARK: In place
bool caten_add_(caten_tensor self, caten_tensor other, double alpha);
bool caten_mul_(caten_tensor self, double factor);
bool caten_addcmul_(caten_tensor self, caten_tensor a, caten_tensor b, double value);
bool caten_addcdiv_(caten_tensor self, caten_tensor a, caten_tensor b, double value);
bool caten_copy_(caten_tensor self, caten_tensor source);
bool caten_zero_(caten_tensor self);
bool caten_index_copy_(caten_tensor self, int64_t dim, caten_tensor index, caten_tensor source);

// MARK: The table
// Every function above, by its name without the prefix.
#define CATEN_FUNCTIONS(X)                                                                    \
  X(last_error) X(last_failure) X(has_cuda) X(configuration) X(set_threads) X(threads)        \
  X(keep_freed_memory) X(set_deterministic) X(forbid_waits)                                   \
  X(autocast_enabled) X(set_autocast) X(autocast_clear_cache) X(grad_enabled)                 \
  X(set_grad_enabled)                                                                         \
  X(from_data) X(full) X(arange) X(release) X(rank) X(size) X(count) X(dtype_of) X(device_of) \
  X(is_channels_last) X(copy_out) X(reads) X(to_dtype) X(to_device) X(contiguous)             \
  X(set_requires_grad) X(requires_grad) X(backward) X(grad) X(clear_grad) X(detach)           \
  X(neg) X(abs) X(exp) X(log) X(sqrt) X(square) X(relu) X(sigmoid) X(tanh) X(clone)           \
  X(logical_not) X(add) X(sub) X(mul) X(div) X(maximum) X(minimum) X(eq) X(lt) X(matmul)      \
  X(add_scalar) X(mul_scalar) X(div_scalar) X(pow_scalar) X(remainder_scalar) X(eq_scalar)    \
  X(lt_scalar) X(gt_scalar) X(clamp) X(clamp_min) X(where) X(masked_fill)                     \
  X(sum) X(mean) X(amax) X(amin) X(logsumexp) X(argmax) X(softmax) X(log_softmax)             \
  X(reshape) X(expand) X(permute) X(transpose) X(unsqueeze) X(squeeze) X(narrow) X(flip)      \
  X(index_select) X(gather) X(index_add) X(cat) X(one_hot)                                    \
  X(conv2d) X(conv_transpose2d) X(batch_norm) X(batch_norm_relu) X(linear) X(max_pool2d)      \
  X(adaptive_avg_pool2d) X(linalg_eigh) X(nll_loss)                                           \
  X(add_) X(mul_) X(addcmul_) X(addcdiv_) X(copy_) X(zero_) X(index_copy_)

// Programs load this library when they first need it, and call through this table. A program that names
// a function itself is linked with the library, and loads libtorch before its main: half a second.
struct caten_functions {
#define CATEN_MEMBER(name) __typeof__(caten_##name) *_Nonnull name;
  CATEN_FUNCTIONS(CATEN_MEMBER)
#undef CATEN_MEMBER
};

// The one symbol that is looked up.
const struct caten_functions *_Nonnull caten_table(void);

#ifdef __cplusplus
}
#endif

#pragma clang diagnostic pop
#endif
