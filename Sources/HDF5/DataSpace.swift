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
  return sizes.map { Int($0) }
}
