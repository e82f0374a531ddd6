import Core
import Downloads
import Foundation
import Synchronization
import Testing

/// Downloads from servers that do what servers do.
@Suite(.timeLimit(.minutes(5))) final class DownloadTests: Sendable {
  private static let content = Data((0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) })
  private static let digest = digest(of: content)
  private static let eTag = "ETag: \"v1\""

  private let folder: String
  private var file: String { folder + "/file.bin" }
  private let events = Mutex<[Download.Event]>([])

  init() throws {
    folder = NSTemporaryDirectory() + "downloads-tests-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private static func digest(of data: Data) -> String {
    var hash = MD5Hash()
    hash.update(data)
    return hash.hexadecimal
  }

  /// - Parameter stallSeconds: so many that no busy machine is taken for a stalled server.
  private func download(
    _ address: String, attempts: Int = 4, stallSeconds: Double = 600
  ) async throws -> Download.Outcome {
    var patience = Download.Patience()
    patience.attempts = attempts
    patience.firstPause = 0.01
    patience.stallSeconds = stallSeconds
    return try await Download(
      address, to: file, size: Int64(Self.content.count), md5: Self.digest, patience: patience
    ).run { event in self.events.withLock { $0.append(event) } }
  }

  /// Serves, downloads, and expects the published bytes under the final name and nothing beside them.
  private func expectWhole(
    stallSeconds: Double = 600,
    _ answer: @escaping @Sendable (Int, TestServer.Request) -> [TestServer.Step],
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> [TestServer.Request] {
    let server = try TestServer(answer)
    defer { server.stop() }
    let outcome = try await download(server.address, stallSeconds: stallSeconds)
    #expect(outcome == .downloaded, sourceLocation: sourceLocation)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
    #expect(bytes == Self.content, sourceLocation: sourceLocation)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(names == ["file.bin"], sourceLocation: sourceLocation)
    return server.requests
  }

  /// Serves, downloads, and expects a refusal without a file under the final name.
  private func expectError(
    _ answer: @escaping @Sendable (Int, TestServer.Request) -> [TestServer.Step],
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> (error: DownloadError?, requests: Int) {
    let server = try TestServer(answer)
    defer { server.stop() }
    let error = await #expect(throws: DownloadError.self, sourceLocation: sourceLocation) {
      _ = try await self.download(server.address)
    }
    #expect(!FileManager.default.fileExists(atPath: file), sourceLocation: sourceLocation)
    return (error, server.requests.count)
  }

  /// Waits for what a server or another download does. It counts its own turns and not seconds: other tests can hold
  /// all threads for minutes, and then nothing here goes on.
  private func eventually(_ what: String, _ holds: () -> Bool) async throws {
    for _ in 0..<12_000 {
      if holds() { return }
      try await Task.sleep(for: .milliseconds(10))
    }
    try #require(holds(), "waited in vain until \(what)")
  }

  // MARK: - What ends well

  @Test func `A whole answer is the file, and a second download finds it there`() async throws {
    let requests = try await expectWhole { _, _ in .whole(Self.content, [Self.eTag]) }
    #expect(requests.count == 1 && requests[0].headers["range"] == nil)
    #expect(try await download("http://127.0.0.1:1/nothing-is-asked") == .alreadyThere)
  }

  @Test func `A connection that breaks off is resumed at its byte, for the same version`()
    async throws
  {
    let requests = try await expectWhole { _, request in
      .range(Self.content, request, limit: 110_000, [Self.eTag])
    }
    #expect(requests.map(\.offset) == [0, 110_000, 220_000])
    #expect(requests.dropFirst().allSatisfy { $0.headers["if-range"] == "\"v1\"" })
    let retries = events.withLock { $0 }.filter { if case .retrying = $0 { true } else { false } }
    #expect(retries.count == 2)
  }

  @Test func `A later process goes on where an earlier one ended`() async throws {
    let broken = try TestServer { _, request in
      .range(Self.content, request, limit: request.offset == 0 ? 50_000 : 0, [Self.eTag])
    }
    defer { broken.stop() }
    await #expect(throws: DownloadError.self) { _ = try await self.download(broken.address) }
    let requests = try await expectWhole { _, request in .range(Self.content, request) }
    #expect(requests.map(\.offset) == [50_000])
    // Another address: the bytes are joined without a condition, and the MD5 decides.
    #expect(requests[0].headers["if-range"] == nil)
  }

  @Test func `A stalled connection is given up and resumed`() async throws {
    // On a busy machine a connection that does not stall may be given up as well.
    let requests = try await expectWhole(stallSeconds: 1) { _, request in
      request.offset == 0
        ? .range(Self.content, request, limit: 1_000) + [.stall]
        : .range(Self.content, request)
    }
    #expect(requests.map(\.offset).contains(1_000))
    let reasons = events.withLock { $0 }.compactMap { event in
      if case .retrying(let reason, _) = event { reason } else { nil }
    }
    #expect(reasons.contains("the connection timed out"))
  }

  @Test func `A server that ignores Range sends everything again`() async throws {
    let requests = try await expectWhole { number, _ in
      number == 0
        ? [
          .head("200 OK", ["Content-Length: \(Self.content.count)"]), .send(Self.content.prefix(9)),
        ]
        : .whole(Self.content)
    }
    #expect(requests.map(\.offset) == [0, 9])
  }

  @Test func `A redirect is followed, and keeps the range`() async throws {
    let requests = try await expectWhole { _, request in
      request.path == "/file.bin"
        ? [.head("302 Found", ["Location: /elsewhere", "Content-Length: 0"])]
        : .range(Self.content, request, limit: 200_000)
    }
    #expect(requests.filter { $0.path == "/elsewhere" }.map(\.offset) == [0, 200_000])
  }

  @Test func `A server that is out of order for a while is asked again`() async throws {
    let requests = try await expectWhole { number, request in
      number < 2
        ? [.head("503 Service Unavailable", ["Content-Length: 0"])] : .whole(Self.content)
    }
    #expect(requests.count == 3)
  }

  @Test func `A length need not be told`() async throws {
    _ = try await expectWhole { _, _ in [.head("200 OK", []), .send(Self.content)] }
  }

  @Test func `Bytes that the server no longer has are fetched anew`() async throws {
    try Self.content.prefix(70).write(to: URL(fileURLWithPath: file + ".part"))
    let requests = try await expectWhole { number, request in
      number == 0
        ? [.head("416 Range Not Satisfiable", ["Content-Length: 0"])]
        : .range(Self.content, request)
    }
    #expect(requests.map { $0.offset } == [70, 0])
  }

  // MARK: - What is refused

  @Test(arguments: ["404 Not Found", "403 Forbidden", "410 Gone", "401 Unauthorized"])
  func `An answer that will not change is not asked for again`(status: String) async throws {
    let (error, requests) = try await expectError { _, _ in
      [.head(status, ["Content-Length: 4"]), .send(Data("gone".utf8))]
    }
    #expect(error?.description.contains("(\(status.prefix(3)) ") == true)
    #expect(requests == 1)
    // Nothing is left of which nothing came.
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
  }

  @Test func `A server that only fails is given up after so many attempts`() async throws {
    let (error, requests) = try await expectError { _, _ in
      [.head("500 Internal Server Error", ["Content-Length: 0"])]
    }
    #expect(requests == 4)
    guard case .gaveUp(_, 4, let reason, 0, 300_000) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(reason.contains("500"))
  }

  @Test func `A server that is not there is given up`() async throws {
    let error = await #expect(throws: DownloadError.self) {
      _ = try await self.download("http://127.0.0.1:1/", attempts: 2)
    }
    #expect(error?.description.contains("cannot connect to the host") == true)
  }

  @Test func `A host without an address is asked for twice`() async throws {
    // No name under "invalid" has an address (RFC 6761).
    let error = await #expect(throws: DownloadError.self) {
      _ = try await self.download("http://nowhere.invalid/a.zip", attempts: 8)
    }
    guard case .unknownHost("nowhere.invalid", _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(events.withLock { $0.count } == 1)
  }

  @Test func `Wrong bytes are refused and removed`() async throws {
    let (error, _) = try await expectError { _, _ in .whole(Data(count: Self.content.count)) }
    let zeros = Self.digest(of: Data(count: Self.content.count))
    guard case .wrongChecksum(_, zeros, Self.digest) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
  }

  @Test func `A file of another size is refused before it is fetched`() async throws {
    let page = Data("<html>Moved</html>".utf8)
    let (error, requests) = try await expectError { _, _ in .whole(page) }
    guard case .wrongSize(_, 18, 300_000) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(requests == 1)
  }

  @Test func `A file that would come unpacked is refused`() async throws {
    // Some servers say this of every .gz file.
    let (error, requests) = try await expectError { _, request in
      #expect(request.headers["accept-encoding"] == "identity")
      return .whole(Self.content, ["Content-Encoding: x-gzip"])
    }
    guard case .encoded(_, "x-gzip") = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(requests == 1)
  }

  @Test func `More bytes than the file has are not taken`() async throws {
    let (error, _) = try await expectError { _, _ in
      [.head("200 OK", []), .send(Self.content + Self.content)]
    }
    guard case .wrongSize = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `Another file of that name is not touched`() async throws {
    for (bytes, difference) in [(Data("mine".utf8), "4 bytes"), (Data(count: 300_000), "MD5")] {
      try bytes.write(to: URL(fileURLWithPath: file))
      let error = await #expect(throws: DownloadError.self) {
        _ = try await self.download("http://127.0.0.1:1/")
      }
      #expect(error?.description.contains(difference) == true)
      #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == bytes)
    }
  }

  @Test func `Two downloads of one file do not mix`() async throws {
    let server = try TestServer { _, request in
      .range(Self.content, request, limit: 10) + [.stall]
    }
    defer { server.stop() }
    let first = Task { try await self.download(server.address, attempts: 1) }
    try await eventually("the first is under way") { !server.requests.isEmpty }
    let error = await #expect(throws: DownloadError.self) {
      _ = try await self.download(server.address)
    }
    #expect(error == .busy(path: file))
    first.cancel()
    _ = await first.result
  }

  @Test func `A download that is cancelled keeps its bytes`() async throws {
    let server = try TestServer { _, request in
      .range(Self.content, request, limit: 5_000) + [.stall]
    }
    defer { server.stop() }
    let task = Task { try await self.download(server.address) }
    try await eventually("its bytes are there") {
      events.withLock { $0.contains(.received(5_000)) }
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(try Data(contentsOf: URL(fileURLWithPath: file + ".part")).count == 5_000)
  }

  @Test func `A download that is cancelled while it begins ends, whenever that is`() async throws {
    let server = try TestServer { _, _ in [.stall] }
    defer { server.stop() }
    for round in 0..<40 {
      let task = Task { try await self.download(server.address) }
      // From before its first step to after its request.
      try await Task.sleep(for: .microseconds(round * 50))
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
    }
  }

  @Test func `A folder in place of the file is an error with the system's reason`() async throws {
    try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: true)
    var status = stat()
    try #require(stat(file, &status) == 0)
    let download = try Download(
      "http://127.0.0.1:1/", to: file, size: Int64(status.st_size), md5: Self.digest)
    let error = await #expect(throws: FileError.self) { _ = try await download.run { _ in } }
    #expect(error?.description == "cannot read '\(file)': Is a directory")
  }

  @Test(arguments: ["ftp://host/file", "cifar.tar.gz", "http://", "", "file:///etc/passwd"])
  func `Only addresses of the web are taken`(address: String) throws {
    #expect(throws: DownloadError.badAddress(address)) {
      try Download(address, to: self.file, size: 1, md5: "")
    }
  }
}
