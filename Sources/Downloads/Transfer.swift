import Core
import Foundation
import Synchronization

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// One HTTP request for the missing part of a file, from its sending to the last byte.
///
/// The request asks for the range from the first missing byte on. `If-Range` makes a server
/// whose file has changed send all of it instead (RFC 9110, section 13.1.5). URLSession calls
/// the delegate's functions on its own queue, one at a time.
final class Transfer: NSObject, URLSessionDataDelegate, Sendable {
  /// Why a transfer ended early, for which a retry may help.
  struct Interruption: Hashable {
    /// In the words of a message.
    let reason: String
    /// Whether the name of the host has no address, as without a network.
    var isUnknownHost = false
  }

  /// How this side ended the transfer.
  private enum End {
    /// The connection broke or the server failed; a retry may succeed.
    case interrupted(Interruption)
    /// An error that a retry would not change.
    case failed(any Error)
  }

  /// The mutable state, which URLSession's threads share.
  private struct State {
    /// Why this side ended the transfer; nil if it did not.
    var end: End?
    /// The caller of `run`, until it is resumed.
    var waiting: CheckedContinuation<Interruption?, any Error>?
  }

  private let address: URL
  private let size: Int64
  /// Seconds without data after which URLSession ends the request.
  private let stallSeconds: Double
  private let part: PartialFile
  private let report: @Sendable (Download.Event) -> Void
  private let state = Mutex(State())

  /// - Parameters:
  ///   - size: the published size in bytes.
  ///   - stallSeconds: seconds without data after which the connection counts as stalled.
  ///   - part: receives the data.
  ///   - report: called on progress, from URLSession's queue.
  init(
    _ address: URL, size: Int64, stallSeconds: Double, into part: PartialFile,
    _ report: @escaping @Sendable (Download.Event) -> Void
  ) {
    self.address = address
    self.size = size
    self.stallSeconds = stallSeconds
    self.part = part
    self.report = report
  }

  /// Sends the request and appends the received data.
  /// - Returns: the reason of an interruption; nil if the file is complete.
  /// - Throws: `DownloadError`, `FileError` or `CancellationError`, for which a retry would be
  ///   of no use.
  func run() async throws -> Interruption? {
    try Task.checkCancellation()
    let configuration = URLSessionConfiguration.ephemeral
    configuration.timeoutIntervalForRequest = stallSeconds
    configuration.urlCache = nil
    let session = URLSession(configuration: configuration, delegate: self, delegateQueue: nil)
    defer { session.finishTasksAndInvalidate() }
    let task = session.dataTask(with: request())
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let isCancelled = state.withLock { state in
          if state.end == nil { state.waiting = continuation }
          return state.end != nil
        }
        // The session may have told of the end already, when nobody waited for it.
        if isCancelled {
          continuation.resume(throwing: CancellationError())
        } else {
          task.resume()
        }
      }
    } onCancel: {
      end(task, .failed(CancellationError()))
    }
  }

  /// The request for the bytes from `part.count` on.
  private func request() -> URLRequest {
    var request = URLRequest(url: address, cachePolicy: .reloadIgnoringLocalCacheData)
    request.timeoutInterval = stallSeconds
    request.setValue("scl", forHTTPHeaderField: "User-Agent")
    // A range of a compressed transfer would count compressed bytes.
    request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
    let offset = part.count
    if offset > 0 {
      request.setValue("bytes=\(offset)-", forHTTPHeaderField: "Range")
      // Parts from different addresses are joined without a check; the MD5 decides at the end.
      if let version = part.version, version.address == address.absoluteString,
        let condition = version.condition
      {
        request.setValue(condition, forHTTPHeaderField: "If-Range")
      }
    }
    return request
  }

  /// Ends the transfer from this side. The first reason counts.
  private func end(_ task: URLSessionTask, _ end: End) {
    state.withLock { if $0.end == nil { $0.end = end } }
    task.cancel()
  }

  // MARK: - URLSessionDataDelegate

  func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
  ) {
    do {
      if let problem = try accept(response) {
        end(dataTask, .interrupted(Interruption(reason: problem)))
        return completionHandler(.cancel)
      }
      report(.started(offset: part.count))
      completionHandler(.allow)
    } catch {
      end(dataTask, .failed(error))
      completionHandler(.cancel)
    }
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    guard state.withLock({ $0.end == nil }) else { return }
    do {
      guard part.count + Int64(data.count) <= size else {
        throw DownloadError.wrongSize(
          address: address.absoluteString, found: part.count + Int64(data.count), expected: size)
      }
      try part.append(data)
      report(.received(part.count))
    } catch {
      end(dataTask, .failed(error))
    }
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
  ) {
    let (end, waiting) = state.withLock { state in
      defer { state.waiting = nil }
      return (state.end, state.waiting)
    }
    switch end {
    case .failed(let reason): waiting?.resume(throwing: reason)
    case .interrupted(let reason): waiting?.resume(returning: reason)
    case nil:
      if part.count == size {
        waiting?.resume(returning: nil)
      } else {
        waiting?.resume(
          returning: error.map(Self.interruption)
            ?? Interruption(reason: "the transfer ended early"))
      }
    }
  }

  /// A transport error in the words of a message.
  private static func interruption(by error: any Error) -> Interruption {
    switch (error as? URLError)?.code {
    case .timedOut: Interruption(reason: "the connection timed out")
    case .networkConnectionLost: Interruption(reason: "the connection was lost")
    case .cannotConnectToHost: Interruption(reason: "cannot connect to the host")
    case .cannotFindHost, .dnsLookupFailed:
      Interruption(reason: "unknown host", isUnknownHost: true)
    default: Interruption(reason: error.localizedDescription)
    }
  }

  // MARK: - Responses

  /// Checks a response's status and headers and prepares the partial file for its data.
  ///
  /// - 200: the whole file follows, from its first byte; earlier data are discarded.
  /// - 206: the range follows. It has to start where the data end; otherwise they are
  ///   discarded.
  /// - 416: the server's file is shorter than the data, which are discarded.
  /// - 408, 425, 429, 500, 502, 503, 504: temporary; retried.
  /// - Anything else is refused. URLSession follows redirections itself.
  /// - Returns: the reason to retry later; nil if data follow.
  /// - Throws: `DownloadError` if a retry would not help.
  private func accept(_ response: URLResponse) throws -> String? {
    guard let response = response as? HTTPURLResponse else { return "the response is not HTTP" }
    let status = response.statusCode
    let reason = HTTPURLResponse.localizedString(forStatusCode: status)
    // URLSession always decodes it, whatever the request accepts.
    if let encoding = response.value(forHTTPHeaderField: "Content-Encoding"),
      encoding != "identity",
      (200...299).contains(status)
    {
      throw DownloadError.encoded(address: address.absoluteString, encoding: encoding)
    }
    switch status {
    case 200:
      let length = response.expectedContentLength
      // The size is unknown (-1) for chunked transfers.
      if length >= 0 { try requireSize(length) }
      if part.count > 0 { try part.restart() }
    case 206:
      guard let range = ContentRange(response.value(forHTTPHeaderField: "Content-Range")),
        range.start == part.count
      else {
        try part.restart()
        return "the server sent a different range than requested"
      }
      if let total = range.total { try requireSize(total) }
    case 416:
      try part.restart()
      return "the server cannot continue the partial file"
    case 408, 425, 429, 500, 502, 503, 504:
      return "the server answered \(status) \(reason)"
    default:
      throw DownloadError.refused(
        address: address.absoluteString, status: status, reason: reason)
    }
    try part.note(
      PartialFile.Version(
        address: address.absoluteString, eTag: response.value(forHTTPHeaderField: "ETag"),
        lastModified: response.value(forHTTPHeaderField: "Last-Modified")))
    return nil
  }

  /// - Throws: `DownloadError.wrongSize` unless `found` is the published size.
  private func requireSize(_ found: Int64) throws {
    guard found == size else {
      throw DownloadError.wrongSize(
        address: address.absoluteString, found: found, expected: size)
    }
  }
}

/// The header of a partial response: "bytes 100-199/200" (RFC 9110, section 14.4).
struct ContentRange: Hashable {
  /// The first byte that follows, counted from 0.
  let start: Int64
  /// The size of the whole file in bytes; nil if the server does not know it ("*").
  let total: Int64?

  /// Nil for a missing or malformed header.
  init?(_ header: String?) {
    guard let match = header?.wholeMatch(of: /bytes\s+(\d+)-\d+\/(\d+|\*)/),
      let start = Int64(match.1)
    else { return nil }
    self.start = start
    total = Int64(match.2)
  }
}
