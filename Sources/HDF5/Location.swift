import CHDF5

/// Where a call works, for its error message, and the one way in which libhdf5 is called.
struct Location {
  var file: String
  /// The object's path in the file, "/images"; an attribute is "/images@name".
  var object: String

  /// Calls libhdf5 and turns a negative result into an error that carries its innermost message.
  @discardableResult
  func call<Status: SignedInteger>(
    _ name: String, _ body: () -> Status
  ) throws(HDF5Error) -> Status {
    // Each thread has its own error stack, and prints it unless told not to.
    H5Eset_auto2(chdf5_default_errors(), nil, nil)
    let status = body()
    guard status >= 0 else {
      throw .callFailed(file: file, object: object, call: name, reason: innermostMessage())
    }
    return status
  }

  func child(_ path: String) -> Location {
    if path.hasPrefix("/") { return Location(file: file, object: path) }
    return Location(file: file, object: object == "/" ? "/" + path : object + "/" + path)
  }

  func attribute(_ name: String) -> Location {
    Location(file: file, object: object + "@" + name)
  }
}

/// The most specific message of this thread's error stack.
private func innermostMessage() -> String {
  var message = "no reason given"
  withUnsafeMutablePointer(to: &message) { message in
    // Walking upwards starts at the innermost error; a positive result ends the walk there.
    _ = H5Ewalk2(
      chdf5_default_errors(), H5E_WALK_UPWARD,
      { _, error, message in
        guard let error, let text = error.pointee.desc, let message else { return 1 }
        message.assumingMemoryBound(to: String.self).pointee = String(cString: text)
        return 1
      }, message)
  }
  return message
}
