#include <cblas.h>

// LAPACK, which Debian builds into libopenblas without a header.
// Eigenvalues and eigenvectors of a real symmetric matrix, by divide and conquer.
void dsyevd_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w,
             double *work, const int *lwork, int *iwork, const int *liwork, int *info);
