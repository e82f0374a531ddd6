import CHDF5

/// A new data space: a scalar's for the empty shape. The caller closes it.
func makeSpace(_ shape: [Int], at location: Location) throws(HDF5Error) -> hid_t {
  if shape.isEmpty { return try location.call("H5Screate") { H5Screate(H5S_SCALAR) } }
  let sizes = shape.map { hsize_t($0) }
  return try location.call("H5Screate_simple") {
    H5Screate_simple(Int32(sizes.count), sizes, nil)
  }
}

/// The shape of a data space: empty for a scalar.
func extent(of space: hid_t, at location: Location) throws(HDF5Error) -> [Int] {
  let rank = try location.call("H5Sget_simple_extent_ndims") { H5Sget_simple_extent_ndims(space) }
  var sizes = [hsize_t](repeating: 0, count: Int(rank))
  let status = H5Sget_simple_extent_dims(space, &sizes, nil)
  try location.call("H5Sget_simple_extent_dims") { status }
  // Only a damaged file has an axis that no integer counts.
  return sizes.map { Int(clamping: $0) }
}

/// How many values an array of this shape has; 1 for a scalar.
/// - Throws: `HDF5Error.mismatch` where no integer counts them. HDF5 allows axes of any length beside one
///   of none.
func valueCount(_ shape: some Collection<Int>, at location: Location) throws(HDF5Error) -> Int {
  var count = 1
  for size in shape {
    let product = count.multipliedReportingOverflow(by: size)
    guard !product.overflow else {
      throw .mismatch(
        file: location.file, object: location.object, expected: "a shape that can be counted",
        found: "of shape \(Array(shape))")
    }
    count = product.partialValue
  }
  return count
}

/// Refuses a shape whose values would take more bytes than the file of `object` can hold: memory for
/// them is set aside before anything is read.
/// - Parameter isPacked: whether the values may be compressed, by at most what deflate can do.
func requirePlausible(
  _ shape: [Int], type: hid_t, of object: hid_t, isPacked: Bool = false, at location: Location
) throws(HDF5Error) {
  let file = try location.call("H5Iget_file_id") { H5Iget_file_id(object) }
  defer { H5Fclose(file) }
  var fileSize: hsize_t = 0
  let status = H5Fget_filesize(file, &fileSize)
  try location.call("H5Fget_filesize") { status }
  let limit = Int(clamping: fileSize)
  let bytes = try valueCount([H5Tget_size(type)] + shape, at: location)
  guard bytes / (isPacked ? 1_032 : 1) <= limit else {
    throw .mismatch(
      file: location.file, object: location.object, expected: "what a file of its size can hold",
      found: "of shape \(shape)")
  }
}
