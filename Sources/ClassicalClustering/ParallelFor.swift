import Dispatch

/// Runs `body` for each index below `count` on `threads` threads.
///
/// The contract: bodies of different indices write to different memory, and sums over indices
/// are taken afterwards, in order. The result is then the same for any number of threads.
///
///     var squares = [Int](repeating: 0, count: 100)
///     squares.withUnsafeMutableBufferPointer { squares in
///       let squares = squares
///       parallelFor(100, threads: 4) { squares[$0] = $0 * $0 }
///     }
func parallelFor(_ count: Int, threads: Int, _ body: (Int) -> Void) {
  let workers = min(threads, count)
  if workers <= 1 {
    for index in 0..<count { body(index) }
    return
  }
  withoutActuallyEscaping(body) { escapable in
    nonisolated(unsafe) let work = escapable
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      for index in stride(from: worker, to: count, by: workers) { work(index) }
    }
  }
}
