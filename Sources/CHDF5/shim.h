// libhdf5, with getters for the macros that Swift cannot import. Type identifiers and property-list
// classes are macros that call H5open() first, and the defaults are casts.

#ifndef CHDF5_SHIM_H
#define CHDF5_SHIM_H

#include <hdf5.h>

static inline hid_t chdf5_native_uint8(void) { return H5T_NATIVE_UINT8; }
static inline hid_t chdf5_native_int32(void) { return H5T_NATIVE_INT32; }
static inline hid_t chdf5_native_int64(void) { return H5T_NATIVE_INT64; }
static inline hid_t chdf5_native_uint64(void) { return H5T_NATIVE_UINT64; }
static inline hid_t chdf5_native_float(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t chdf5_native_double(void) { return H5T_NATIVE_DOUBLE; }

static inline hid_t chdf5_stored_uint8(void) { return H5T_STD_U8LE; }
static inline hid_t chdf5_stored_int32(void) { return H5T_STD_I32LE; }
static inline hid_t chdf5_stored_int64(void) { return H5T_STD_I64LE; }
static inline hid_t chdf5_stored_uint64(void) { return H5T_STD_U64LE; }
static inline hid_t chdf5_stored_float(void) { return H5T_IEEE_F32LE; }
static inline hid_t chdf5_stored_double(void) { return H5T_IEEE_F64LE; }

static inline hid_t chdf5_c_string(void) { return H5T_C_S1; }

static inline hid_t chdf5_file_creation(void) { return H5P_FILE_CREATE; }
static inline hid_t chdf5_file_access(void) { return H5P_FILE_ACCESS; }
static inline hid_t chdf5_group_creation(void) { return H5P_GROUP_CREATE; }
static inline hid_t chdf5_data_set_creation(void) { return H5P_DATASET_CREATE; }
static inline hid_t chdf5_link_creation(void) { return H5P_LINK_CREATE; }

static inline hid_t chdf5_default_properties(void) { return H5P_DEFAULT; }
static inline hid_t chdf5_default_errors(void) { return H5E_DEFAULT; }
static inline hid_t chdf5_whole_space(void) { return H5S_ALL; }

// MARK: A driver that reads metadata as it is
// libhdf5's metadata accumulator (H5Faccum.c of 1.10) copies from a null pointer if a damaged file names an
// undefined address. A driver decides whether there is an accumulator; without it, such a read is an error.

/// The features of the driver for POSIX files that reading needs. Not the accumulator's, and not that of POSIX
/// handles: the library then asks for the real path of a link, which a file that has lost its name
/// (/proc/self/fd/N) does not have. Only links between files, which are refused, would need it.
static inline herr_t chdf5_reading_features(const H5FD_t *file, unsigned long *flags) {
  (void)file;
  if (flags)
    *flags = H5FD_FEAT_DATA_SIEVE | H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
  return 0;
}

/// Registers the driver for POSIX files without the accumulator. Call it once. Negative on failure.
static inline hid_t chdf5_register_plain_driver(void) {
  H5FD_t *file = H5FDopen("/dev/null", H5F_ACC_RDONLY, H5P_FILE_ACCESS_DEFAULT, HADDR_UNDEF);
  if (!file) return -1;
  H5FD_class_t plain = *file->cls;
  H5FDclose(file);
  plain.query = chdf5_reading_features;
  return H5FDregister(&plain);
}

static inline unsigned chdf5_truncate(void) { return H5F_ACC_TRUNC; }
static inline unsigned chdf5_read_only(void) { return H5F_ACC_RDONLY; }

#endif
