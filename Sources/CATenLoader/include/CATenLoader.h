// Loads libCATen, and with it libtorch, when it is first needed.
#ifndef CATEN_LOADER_H
#define CATEN_LOADER_H

#ifdef __cplusplus
extern "C" {
#endif

// What libCATen's caten_table gives. Where the library cannot be loaded the process ends with 66 and a
// line on standard error, as it does with 127 where the system's loader misses a library.
const void *_Nonnull caten_load(void);

// The version of the libtorch that this program was built with, which needs no libtorch.
const char *_Nonnull caten_libtorch_version(void);

#ifdef __cplusplus
}
#endif
#endif
