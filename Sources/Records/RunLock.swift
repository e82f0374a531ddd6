import Core
import Foundation
import Synchronization

/// The exclusive right to work in a run's folder, across processes and across machines that share
/// the file system, NFS included.
///
/// The lock is a file that names its owner (`LockOwner`, as JSON). It is created by a hard link,
/// which NFS makes atomically, so it appears whole or not at all. A thread of the owner touches it
/// every `heartbeat` seconds.
///
/// The lock of a dead owner is taken over. On the owner's machine, death is read from the process
/// table. Elsewhere it is inferred from `patience` seconds without a heartbeat, by the file
/// server's clock. An owner that was wrongly taken for dead finds out by `check()`; it calls that
/// before it writes anything that counts.
///
///     // Nil: another process has the run.
///     guard let lock = try RunLock.take(folder.lock) else { return }
///     defer { lock.release() }
///     try lock.check()  // before a checkpoint or the result is written
package final class RunLock: Sendable {
  /// Seconds between two signs of life.
  package static let heartbeat: TimeInterval = 10
  /// Seconds of silence after which an owner on another machine counts as dead.
  package static let patience: TimeInterval = 90

  /// How many times `check()` looks at a lock that seems lost.
  private static let looks = 10

  private let path: String
  private let owner: LockOwner
  /// The write end of a pipe; closing it ends the heartbeat. Nil once it is closed.
  private let life: Mutex<Int32?>

  /// Starts the thread of the heartbeat, which touches `descriptor` and closes it at its end.
  /// - Throws: `FileError`; `descriptor` is closed then.
  private init(path: String, owner: LockOwner, descriptor: Int32) throws {
    self.path = path
    self.owner = owner
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else {
      let code = errno
      close(descriptor)
      throw FileError("lock", path, errno: code)
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let (watched, kept) = (ends[0], ends[1])
    life = Mutex(kept)
    do {
      try BackgroundThread.start {
        // The open file is touched and not its name, which may be another process's lock by now.
        while !Self.hasClosed(watched) { futimens(descriptor, nil) }
        close(watched)
        close(descriptor)
      }
    } catch {
      close(watched)
      close(descriptor)
      throw error
    }
  }

  deinit { endHeartbeat() }

  /// Waits for the time of a heartbeat, or until the pipe's write end is closed.
  /// - Returns: whether it was closed.
  private static func hasClosed(_ pipe: Int32) -> Bool {
    var polled = pollfd(fd: pipe, events: Int16(POLLIN), revents: 0)
    let found = poll(&polled, 1, Int32(heartbeat * 1000))
    return found > 0 || found < 0 && errno != EINTR
  }

  private func endHeartbeat() {
    life.withLock { end in
      if let end { close(end) }
      end = nil
    }
  }

  /// Takes the lock if it is free or its owner is dead.
  /// - Parameter path: `RunFolder.lock`. The folder must exist.
  /// - Returns: the lock; nil if another living process has it.
  /// - Throws: `FileError` if the file cannot be created, if something else has its name (a link to
  ///   nothing, a pipe, a file that may not be read), or if other processes took the lock and gave
  ///   it back in every turn.
  package static func take(_ path: String) throws -> RunLock? {
    try take(path, patience: patience)
  }

  /// The same with another patience, in seconds, for tests.
  package static func take(_ path: String, patience: TimeInterval) throws -> RunLock? {
    let mine = LockOwner.thisProcess()
    // Each turn but the last found the lock of a dead owner, or one that was released meanwhile.
    for _ in 0..<8 {
      if let descriptor = try create(path, mine) {
        do {
          return try RunLock(path: path, owner: mine, descriptor: descriptor)
        } catch {
          unlink(path)
          throw error
        }
      }
      guard let file = try LockFile(path) else { continue }
      if file.isAlive(patience: patience) { return nil }
      if try !removeDead(path, file, as: mine) { return nil }
    }
    throw FileError("lock", path, reason: "other processes took it in every turn; try again")
  }

  /// The living process that has the lock; nil if there is none, or if something else has the
  /// lock's name (`take` says what). It takes nothing.
  package static func owner(_ path: String) -> LockOwner? {
    owner(path, patience: patience)
  }

  package static func owner(_ path: String, patience: TimeInterval) -> LockOwner? {
    guard let file = try? LockFile(path), file.isAlive(patience: patience) else { return nil }
    return file.owner
  }

  /// Whether the file still names this owner.
  package var isStillMine: Bool { (try? LockFile(path))?.owner?.token == owner.token }

  /// Makes sure that no other process has taken the lock over.
  /// - Throws: `RecordError.lockLost` if one has. The caller must then write nothing more to the
  ///   folder.
  package func check() throws(RecordError) {
    // A process that takes over a dead owner's lock may have moved this one by mistake. It puts it
    // back at once.
    for _ in 0..<Self.looks {
      if isStillMine { return }
      usleep(50_000)
    }
    guard isStillMine else { throw .lockLost(file: path) }
  }

  /// Ends the heartbeat and removes the file, unless the lock belongs to another process by now.
  package func release() {
    endHeartbeat()
    if isStillMine { unlink(path) }
  }

  /// Removes the files that processes left which were killed while they took or examined this lock:
  /// those as old as the lock of a dead process.
  package func removeLeftovers() {
    let place = URL(fileURLWithPath: path)
    let folder = place.deletingLastPathComponent().path
    let prefix = place.lastPathComponent + "."
    var mine = stat()
    guard stat(path, &mine) == 0,
      let names = try? FileManager.default.contentsOfDirectory(atPath: folder)
    else { return }
    for name in names where name.hasPrefix(prefix) {
      var status = stat()
      // Both times are the file server's.
      guard lstat("\(folder)/\(name)", &status) == 0,
        TimeInterval(mine.st_mtim.tv_sec - status.st_mtim.tv_sec) > Self.patience
      else { continue }
      unlink("\(folder)/\(name)")
    }
  }

  /// Creates the lock's file whole, unless one exists.
  /// - Returns: the open file; nil if a lock exists.
  /// - Throws: `FileError`.
  private static func create(_ path: String, _ owner: LockOwner) throws -> Int32? {
    let temporary = "\(path).\(owner.token)"
    let descriptor = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileError("lock", path, errno: errno) }
    defer { unlink(temporary) }
    let content = [UInt8](try JSONFile.canonical(owner))
    guard write(descriptor, content, content.count) == content.count, fsync(descriptor) == 0 else {
      let code = errno
      close(descriptor)
      throw FileError("lock", path, errno: code)
    }
    if link(temporary, path) == 0 { return descriptor }
    let code = errno
    // A file server may create the link and its reply may be lost.
    var status = stat()
    if fstat(descriptor, &status) == 0, status.st_nlink == 2 { return descriptor }
    close(descriptor)
    guard code == EEXIST else { throw FileError("lock", path, errno: code) }
    return nil
  }

  /// Removes the lock of a dead owner.
  /// - Returns: false if the lock belongs to a living process by now; it is put back.
  /// - Throws: `FileError`.
  private static func removeDead(
    _ path: String, _ dead: LockFile, as mine: LockOwner
  ) throws -> Bool {
    let aside = "\(path).\(mine.token).dead"
    guard rename(path, aside) == 0 else {
      if errno == ENOENT { return true }
      throw FileError("take over the lock", path, errno: errno)
    }
    defer { unlink(aside) }
    // Another process may have taken the lock over between the look and the rename. It is put back.
    if let moved = try? LockFile(aside), moved.owner?.token == dead.owner?.token { return true }
    link(aside, path)
    return false
  }
}

/// The process that holds a lock: the content of `.lock`.
package struct LockOwner: Codable, Equatable, Sendable {
  /// The name of its machine.
  package let host: String
  /// Its process number. It is meaningful only if `isOnThisMachine`.
  package let pid: Int32
  /// The task of an executor that the process belongs to, as users see it: "Slurm job 12_3". Nil for a
  /// process that no executor started.
  package let task: String?
  /// When the lock was taken.
  package let since: Date
  /// The kernel's boot id. It tells machines apart, and two boots of one machine.
  let boot: String
  /// The process namespace. The same number is another process in another namespace, as in a
  /// container.
  let processSpace: String
  /// When the process started, in the kernel's ticks since boot. Process numbers are reused; this
  /// tells the processes apart.
  let started: String
  /// A UUID per lock. It tells two locks of one process apart.
  let token: String

  /// The environment variable that an executor sets for the processes of its tasks; see `task`.
  package static let taskVariable = "SCL_TASK"

  static func thisProcess() -> LockOwner {
    LockOwner(
      host: ProcessInfo.processInfo.hostName, pid: getpid(),
      task: ProcessInfo.processInfo.environment[taskVariable], since: Date(),
      boot: currentBoot, processSpace: currentProcessSpace, started: startTicks(getpid()) ?? "",
      token: UUID().uuidString)
  }

  /// Whether this machine's process table can tell if the owner lives.
  package var isOnThisMachine: Bool {
    boot == Self.currentBoot && processSpace == Self.currentProcessSpace
  }

  /// Whether the process lives. Valid only if `isOnThisMachine`.
  var isRunning: Bool { Self.startTicks(pid) == started }

  private static var currentBoot: String {
    (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8))?
      .trimmingCharacters(in: .whitespacesAndNewlines) ?? ProcessInfo.processInfo.hostName
  }

  private static var currentProcessSpace: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")) ?? ""
  }

  /// When a process started; nil if it does not exist or has ended and only its parent has not
  /// collected it.
  private static func startTicks(_ pid: Int32) -> String? {
    ProcessEntry(pid).flatMap { $0.hasEnded ? nil : $0.startTicks }
  }
}

/// A lock's file at one moment.
private struct LockFile {
  /// Nil if the file is not whole, as after a crash of the machine.
  let owner: LockOwner?
  private let path: String
  /// Time of the owner's last heartbeat, in seconds since 1970.
  private let touched: TimeInterval

  /// Nil if there is no file.
  /// - Throws: `FileError` if there is something that no lock is, or that cannot be opened.
  init?(_ path: String) throws(FileError) {
    func unusable(_ reason: String) -> FileError {
      FileError("use the lock", path, reason: "\(reason); remove it when no run uses it")
    }
    // Opening the file makes NFS ask the server for its current state. A pipe is not waited for.
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    var status = stat()
    guard descriptor >= 0 else {
      guard errno == ENOENT else { throw unusable(String(cString: strerror(errno))) }
      // A link has the name, but what it leads to does not exist.
      guard lstat(path, &status) != 0 || status.st_mode & S_IFMT != S_IFLNK else {
        throw unusable("it is a link to nothing")
      }
      return nil
    }
    defer { close(descriptor) }
    guard fstat(descriptor, &status) == 0 else {
      throw unusable(String(cString: strerror(errno)))
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw unusable("it is not a file") }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(descriptor, &bytes, bytes.count)
    owner = try? JSONDecoder().decode(LockOwner.self, from: Data(bytes.prefix(max(0, count))))
    touched = Self.seconds(status.st_mtim)
    self.path = path
  }

  /// Whether the owner lives, by the process table on its machine and by its heartbeat elsewhere.
  /// - Parameter patience: seconds of silence after which it counts as dead.
  func isAlive(patience: TimeInterval) -> Bool {
    if let owner, owner.isOnThisMachine { return owner.isRunning }
    return now - touched < patience
  }

  /// The current time by the file system's clock, in seconds since 1970: that of a file created
  /// here. The clocks of two machines may differ by more than the patience.
  private var now: TimeInterval {
    let probe = "\(path).\(UUID().uuidString).now"
    let descriptor = open(probe, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    // Without write permission the local clock has to do.
    guard descriptor >= 0 else { return Date().timeIntervalSince1970 }
    defer {
      close(descriptor)
      unlink(probe)
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return Date().timeIntervalSince1970 }
    return Self.seconds(status.st_mtim)
  }

  private static func seconds(_ time: timespec) -> TimeInterval {
    Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
