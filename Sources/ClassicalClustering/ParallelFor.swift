import Dispatch

/// Runs `body` for every index below `count` on `threads` threads.
///
/// The contract: bodies of different indices write to different memory, and whatever is summed over
/// indices is summed afterwards in their order. The result is then the same for any number of
/// threads.
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
