import Foundation
import Synchronization

/// An HTTP server on 127.0.0.1 that does to each request what the test says.
final class TestServer: Sendable {
  struct Request {
    let path: String
    /// Names in small letters.
    let headers: [String: String]

    /// The first byte asked for by `Range`, 0 without one.
    var offset: Int {
      headers["range"].flatMap { Int($0.dropFirst("bytes=".count).dropLast()) } ?? 0
    }
  }

  enum Step {
    case send(Data)
    /// Waits until the client gives up.
    case stall
  }

  let port: UInt16
  private let descriptor: Int32
  private let received = Mutex<[Request]>([])

  var address: String { "http://127.0.0.1:\(port)/file.bin" }

  /// The requests so far.
  var requests: [Request] { received.withLock { $0 } }

  /// - Parameter answer: the steps for the request of this number, from 0; then the connection ends.
  init(_ answer: @escaping @Sendable (Int, Request) -> [Step]) throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    self.descriptor = descriptor
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && listen(descriptor, 16) == 0
          && getsockname(descriptor, $0, &length) == 0
      }
    }
    guard status else { throw POSIXError(.EADDRNOTAVAIL) }
    port = UInt16(bigEndian: address.sin_port)
    let thread = Thread { [self] in
      // By this thread alone: closed by another, the number could be a further server's by the next
      // `accept`.
      defer { close(descriptor) }
      while true {
        let connection = accept(descriptor, nil, nil)
        guard connection >= 0 else { return }
        let worker = Thread {
          if let request = Self.request(from: connection) {
            let number = self.received.withLock { requests in
              requests.append(request)
              return requests.count - 1
            }
            Self.perform(answer(number, request), on: connection)
          }
          close(connection)
        }
        worker.start()
      }
    }
    thread.start()
  }

  /// Ends the thread that waits at the port, which closes it.
  func stop() { shutdown(descriptor, Int32(SHUT_RDWR)) }

  private static func request(from connection: Int32) -> Request? {
    var text = ""
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while !text.hasSuffix("\r\n\r\n") {
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0 else { return nil }
      text += String(decoding: buffer.prefix(count), as: UTF8.self)
    }
    let lines = text.components(separatedBy: "\r\n")
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
    }
    return Request(path: String(lines[0].split(separator: " ")[1]), headers: headers)
  }

  private static func perform(_ steps: [Step], on connection: Int32) {
    for step in steps {
      switch step {
      case .send(let data):
        var rest = data
        while !rest.isEmpty {
          let sent = rest.withUnsafeBytes {
            send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
          }
          guard sent > 0 else { return }
          rest = rest.dropFirst(sent)
        }
      case .stall:
        var byte: UInt8 = 0
        _ = recv(connection, &byte, 1, 0)
      }
    }
  }
}

extension TestServer.Step {
  /// A response's head.
  static func head(_ status: String, _ headers: [String]) -> TestServer.Step {
    .send(
      Data(
        ("HTTP/1.1 \(status)\r\n" + headers.map { $0 + "\r\n" }.joined()
          + "Connection: close\r\n\r\n").utf8))
  }
}

extension [TestServer.Step] {
  /// The whole of `content`, announced with its length.
  static func whole(_ content: Data, _ headers: [String] = []) -> Self {
    [.head("200 OK", ["Content-Length: \(content.count)"] + headers), .send(content)]
  }

  /// What the request's `Range` asks for; of it only the first `limit` bytes, then a break.
  static func range(
    _ content: Data, _ request: TestServer.Request, limit: Int = .max, _ headers: [String] = []
  ) -> Self {
    let rest = content.dropFirst(request.offset)
    let body = TestServer.Step.send(Data(rest.prefix(limit)))
    guard request.offset > 0 else {
      return [.head("200 OK", ["Content-Length: \(content.count)"] + headers), body]
    }
    let range = "Content-Range: bytes \(request.offset)-\(content.count - 1)/\(content.count)"
    return [
      .head("206 Partial Content", ["Content-Length: \(rest.count)", range] + headers), body,
    ]
  }
}
