import CHDF5

/// A group of data sets and other groups.
///
///     let layer = try file.createGroup("bn1")
///     try layer.write("weight", weights)             // creates /bn1/weight
///     try file.contains("bn1/weight")                // true
///
/// Paths are relative to the group ("bn1/weight") or, with a leading slash, to the root.
package class HDF5Group: HDF5Object {
  /// The names of the group's members, sorted by their UTF-8 bytes.
  /// - Throws: `HDF5Error.callFailed`.
  package func children() throws(HDF5Error) -> [String] {
    var names: [String] = []
    let status = withUnsafeMutablePointer(to: &names) { names in
      H5Literate(
        id, H5_INDEX_NAME, H5_ITER_INC, nil,
        { _, name, _, names in
          guard let name, let names else { return -1 }
          names.assumingMemoryBound(to: [String].self).pointee.append(String(cString: name))
          return 0
        }, names)
    }
    try location.call("H5Literate") { status }
    return names
  }

  /// Whether there is a group or data set at this path.
  package func contains(_ path: String) throws(HDF5Error) -> Bool {
    try kind(of: path) != nil
  }

  /// Whether there is a group at this path.
  package func containsGroup(_ path: String) throws(HDF5Error) -> Bool {
    try kind(of: path) == H5O_TYPE_GROUP
  }

  /// Whether there is a data set at this path.
  package func containsDataSet(_ path: String) throws(HDF5Error) -> Bool {
    try kind(of: path) == H5O_TYPE_DATASET
  }

  /// Opens a group.
  /// - Throws: `HDF5Error`; `.missing` if nothing is at the path, `.mismatch` if it is not a
  ///   group.
  package func group(_ path: String) throws(HDF5Error) -> HDF5Group {
    let location = try existing(path, H5O_TYPE_GROUP, "a group")
    let group = try location.call("H5Gopen2") { H5Gopen2(id, path, chdf5_default_properties()) }
    return HDF5Group(id: group, location: location)
  }

  /// Opens a data set.
  /// - Throws: `HDF5Error`; `.missing` if nothing is at the path, `.mismatch` if it is not a
  ///   data set, has values in other files, or has a shape that does not fit in the file.
  package func dataSet(_ path: String) throws(HDF5Error) -> HDF5DataSet {
    let location = try existing(path, H5O_TYPE_DATASET, "a data set")
    let dataSet = try location.call("H5Dopen2") { H5Dopen2(id, path, chdf5_default_properties()) }
    let opened = try HDF5DataSet(opened: dataSet, at: location)
    try opened.requireOwnValues()
    return opened
  }

  /// The type of the object at a path; nil if there is none. Other objects than groups and data
  /// sets have the type `H5O_TYPE_UNKNOWN`.
  private func kind(of path: String) throws(HDF5Error) -> H5O_type_t? {
    // H5Lexists requires all parent groups to exist, so the path is checked step by step.
    var prefix = path.hasPrefix("/") ? "/" : ""
    for name in path.split(separator: "/") {
      prefix += name
      let exists = try location.child(path).call("H5Lexists") {
        H5Lexists(id, prefix, chdf5_default_properties())
      }
      if exists == 0 { return nil }
      prefix += "/"
    }
    let object = try location.child(path).call("H5Oopen") {
      H5Oopen(id, path, chdf5_default_properties())
    }
    defer { H5Oclose(object) }
    switch H5Iget_type(object) {
    case H5I_GROUP: return H5O_TYPE_GROUP
    case H5I_DATASET: return H5O_TYPE_DATASET
    default: return H5O_TYPE_UNKNOWN
    }
  }

  /// The location of an object that exists with this type.
  /// - Parameters:
  ///   - path: relative to the group or, with a leading slash, to the root.
  ///   - name: the type in words, for the error message.
  /// - Throws: `HDF5Error.missing` or `.mismatch`.
  private func existing(
    _ path: String, _ expected: H5O_type_t, _ name: String
  ) throws(HDF5Error) -> Location {
    let location = location.child(path)
    guard let kind = try kind(of: path) else {
      throw .missing(file: location.file, object: location.object)
    }
    guard kind == expected else {
      throw .mismatch(
        file: location.file, object: location.object, expected: name,
        found: "another kind of object")
    }
    return location
  }
}

// MARK: - Writing

extension HDF5Group {
  /// Creates a group and its missing parents.
  /// - Throws: `HDF5Error.callFailed`, also if the path exists.
  package func createGroup(_ path: String) throws(HDF5Error) -> HDF5Group {
    let location = location.child(path)
    let links = try linkCreation(at: location)
    defer { H5Pclose(links) }
    let creation = try location.call("H5Pcreate") { H5Pcreate(chdf5_group_creation()) }
    defer { H5Pclose(creation) }
    try location.call("H5Pset_obj_track_times") { H5Pset_obj_track_times(creation, false) }
    let group = try location.call("H5Gcreate2") {
      H5Gcreate2(id, path, links, creation, chdf5_default_properties())
    }
    return HDF5Group(id: group, location: location)
  }

  /// Creates a data set whose rows are written later, and its missing parent groups.
  /// - Parameters:
  ///   - shape: the length of each axis; empty for a scalar. It cannot grow.
  ///   - chunk: the shape of its chunks; nil for contiguous storage, which reads fastest.
  /// - Throws: `HDF5Error.callFailed`, also if the path exists.
  package func createDataSet<Element: HDF5Element>(
    _ path: String, of _: Element.Type, shape: [Int], chunk: [Int]? = nil
  ) throws(HDF5Error) -> HDF5DataSet {
    try createDataSet(path, type: Element.storedType, shape: shape, chunk: chunk)
  }

  /// Creates a data set with these numbers, given in row-major order.
  /// - Parameters:
  ///   - shape: the length of each axis; nil for a list, empty for a scalar.
  ///   - compressed: whether a list is stored in one chunk, shuffled and deflated. Labels shrink to a
  ///     tenth. An empty list is not compressed.
  /// - Throws: `HDF5Error`; `.mismatch` if the values do not fill the shape.
  package func write<Element: HDF5Element>(
    _ path: String, _ values: [Element], shape: [Int]? = nil, compressed: Bool = false
  ) throws(HDF5Error) {
    let shape = shape ?? [values.count]
    let dataSet = try createDataSet(
      path, type: Element.storedType, shape: shape,
      chunk: compressed && !values.isEmpty ? shape : nil, compressed: compressed)
    try dataSet.write(values)
    try dataSet.close()
  }

  /// Creates a data set with a list of strings, each stored with the length of the longest
  /// (`StringStorage`).
  /// - Throws: `HDF5Error.callFailed`.
  package func write(_ path: String, strings: [String]) throws(HDF5Error) {
    let storage = StringStorage(strings)
    let type = try storage.makeType(at: location.child(path))
    defer { H5Tclose(type) }
    let dataSet = try createDataSet(path, type: type, shape: [strings.count], chunk: nil)
    try dataSet.write(strings: strings, as: storage, type: type)
    try dataSet.close()
  }

  private func createDataSet(
    _ path: String, type: hid_t, shape: [Int], chunk: [Int]?, compressed: Bool = false
  ) throws(HDF5Error) -> HDF5DataSet {
    let location = location.child(path)
    let links = try linkCreation(at: location)
    defer { H5Pclose(links) }
    let creation = try location.call("H5Pcreate") { H5Pcreate(chdf5_data_set_creation()) }
    defer { H5Pclose(creation) }
    try location.call("H5Pset_obj_track_times") { H5Pset_obj_track_times(creation, false) }
    if let chunk {
      let sizes = chunk.map { hsize_t($0) }
      try location.call("H5Pset_chunk") { H5Pset_chunk(creation, Int32(sizes.count), sizes) }
      if compressed {
        try location.call("H5Pset_shuffle") { H5Pset_shuffle(creation) }
        try location.call("H5Pset_deflate") { H5Pset_deflate(creation, 6) }
      }
    }
    let space = try makeSpace(shape, at: location)
    defer { H5Sclose(space) }
    let dataSet = try location.call("H5Dcreate2") {
      H5Dcreate2(id, path, type, space, links, creation, chdf5_default_properties())
    }
    return try HDF5DataSet(opened: dataSet, at: location)
  }

  /// Link properties: UTF-8 names, and creation of missing parent groups. The caller closes the
  /// list.
  private func linkCreation(at location: Location) throws(HDF5Error) -> hid_t {
    let links = try location.call("H5Pcreate") { H5Pcreate(chdf5_link_creation()) }
    return try location.setUp(links) { links throws(HDF5Error) in
      try location.call("H5Pset_create_intermediate_group") {
        H5Pset_create_intermediate_group(links, 1)
      }
      try location.call("H5Pset_char_encoding") { H5Pset_char_encoding(links, H5T_CSET_UTF8) }
    }
  }
}
