import Foundation

/// Bounds the memory of images that are decoded at the same time: large ones wait for each other.
final class DecodingMemory: @unchecked Sendable {
  /// Bytes; an image that takes more is decoded alone.
  private static let limit = 512 << 20

  private let condition = NSCondition()
  private var used = 0

  /// Waits until so many bytes are free and takes them; returns how many were taken.
  func reserve(_ bytes: Int) -> Int {
    let bytes = min(bytes, Self.limit)
    condition.lock()
    defer { condition.unlock() }
    while used + bytes > Self.limit { condition.wait() }
    used += bytes
    return bytes
  }

  func release(_ bytes: Int) {
    condition.lock()
    used -= bytes
    condition.broadcast()
    condition.unlock()
  }
}
