import Foundation
import Testing

extension CommandLineTests {
  /// The shared libraries that the system loads before the program's main.
  private func loadedBeforeMain() throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Program.path)
    process.environment = ["LD_TRACE_LOADED_OBJECTS": "1"]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }

  @Test func `The program starts without libtorch, which takes half a second to load`() throws {
    let libraries = try loadedBeforeMain()
    #expect(libraries.contains("libhdf5"))
    for name in ["libtorch", "libc10", "libCATen"] { #expect(!libraries.contains(name)) }
  }

  @Test func `A program without its part of libtorch says so, and lists and helps all the same`()
    throws
  {
    // A copy in a folder of its own, without the library beside it.
    let copy = folder + "/scl"
    try FileManager.default.copyItem(atPath: Program.path, toPath: copy)
    for (arguments, code) in [
      (["--version"], 0), (["methods"], 0), (["verify", "parity.h5"], 66),
    ] {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: copy)
      process.arguments = arguments
      process.currentDirectoryURL = URL(fileURLWithPath: folder)
      process.standardOutput = FileHandle.nullDevice
      let errors = Pipe()
      process.standardError = errors
      try process.run()
      let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      #expect(process.terminationStatus == code, "\(arguments): \(text)")
      #expect((code == 0) == text.isEmpty)
      if code != 0 {
        #expect(text.contains("libtorch cannot be loaded") && text.contains("libCATen"))
      }
    }
  }
}
