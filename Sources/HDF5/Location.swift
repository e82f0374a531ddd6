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
    prepareLibrary()
    let status = body()
    guard status >= 0 else {
      let reason = innermostMessage()
      clearErrors()
      throw .callFailed(file: file, object: object, call: name, reason: reason)
    }
    return status
  }

  /// Hands over an identifier that was just made and is still to be set up; closes it where that fails.
  func setUp(
    _ id: hid_t, _ body: (hid_t) throws(HDF5Error) -> Void
  ) throws(HDF5Error) -> hid_t {
    do throws(HDF5Error) {
      try body(id)
    } catch {
      release(id)
      throw error
    }
    return id
  }

  func child(_ path: String) -> Location {
    if path.hasPrefix("/") { return Location(file: file, object: path) }
    return Location(file: file, object: object == "/" ? "/" + path : object + "/" + path)
  }

  func attribute(_ name: String) -> Location {
    Location(file: file, object: object + "@" + name)
  }
}

/// Closes an identifier of any kind, the last reference to a file included. What goes wrong is lost.
func release(_ id: hid_t) {
  prepareLibrary()
  if H5Idec_ref(id) < 0 { clearErrors() }
}

/// What holds for the whole process, set before its first call.
private let library: Void = {
  // Whatever is written is closed by name. Closing what is left at the end of the process can crash,
  // after a full disk say.
  H5dont_atexit()
  // A link into another file would have whoever opens a file read one that was never named.
  H5Lunregister(H5L_TYPE_EXTERNAL)
}()

private func prepareLibrary() {
  _ = library
  // Each thread has its own error stack, and prints it unless told not to.
  H5Eset_auto2(chdf5_default_errors(), nil, nil)
}

/// Errors left on the stack of a thread outlive the thread, and keep the library from being closed.
private func clearErrors() { H5Eclear2(chdf5_default_errors()) }

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
  // Some of libhdf5's messages have lines of their own; an error has one.
  return message.split(whereSeparator: \.isNewline).joined(separator: " ")
}
