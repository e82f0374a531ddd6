#include "CATenLoader.h"

#include <dlfcn.h>
#include <torch/csrc/api/include/torch/version.h>
#include <unistd.h>

#include <cstdio>

#ifdef __ELF__
// Swift's compiler collects linker flags from this section of every object, and puts them before the
// libraries that SwiftPM names. --as-needed keeps libCATen, of which no symbol is used, out of the list
// of libraries that a program loads before its main. Without it programs work too, and start late.
__asm__(".pushsection .swift1_autolink_entries,\"e\",@progbits\n"
        ".asciz \"-Wl,--as-needed\"\n"
        ".popsection\n");
#endif

#ifdef __APPLE__
static const char library[] = "@rpath/libCATen.dylib";
#else
static const char library[] = "libCATen.so";
#endif

const void *caten_load(void) {
  // Found beside the program, by its run path. Global, so that libtorch_cuda finds its other half.
  void *handle = dlopen(library, RTLD_NOW | RTLD_GLOBAL);
  void *table = handle ? dlsym(handle, "caten_table") : nullptr;
  if (table) return reinterpret_cast<const void *(*)(void)>(table)();
  std::fprintf(
      stderr, "error: libtorch cannot be loaded: %s; build the program again, or copy %s beside it\n",
      dlerror(), library);
  _exit(66);
}

const char *caten_libtorch_version(void) { return TORCH_VERSION; }
