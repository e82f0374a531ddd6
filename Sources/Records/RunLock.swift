import Core
import Foundation
import Synchronization

/// The right to work in a run's folder: one process has it, on this machine or on another that shares
/// the file system, NFS included.
///
/// The lock is a file that names its owner. It appears whole under its name or not at all (a hard
/// link, which NFS makes atomically). Its owner touches it every few seconds. A lock whose owner is
/// dead is taken over: on the owner's machine death is seen from the process table, elsewhere from a
/// heartbeat that has stopped, told by the file server's clock. An owner that was taken for dead and
/// was not finds out by `check()`, which is called before anything is written that counts.
public final class RunLock: Sendable {
  /// How often an owner says that it is alive.
  package static let heartbeat: TimeInterval = 10
  /// How long an owner on another machine may be silent.
  package static let patience: TimeInterval = 90

  /// How often a lock that seems lost is looked at again.
  private static let looks = 10

  private let path: String
  private let owner: LockOwner
  /// The end of a pipe whose closing ends the heartbeat; nil once it is closed.
  private let life: Mutex<Int32?>

  private init(path: String, owner: LockOwner, descriptor: Int32) throws {
    self.path = path
    self.owner = owner
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw FileError("lock", path, errno: errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let (watched, kept) = (ends[0], ends[1])
    life = Mutex(kept)
    do {
      try BackgroundThread.start {
        // The open file is touched, not its name, under which another's lock may lie by now.
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

  /// Waits for a heartbeat's time, or until the pipe's other end is closed.
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

  /// Takes the lock, from a dead owner too.
  /// - Returns: nil if another process has it.
  /// - Throws: `FileError` where the file cannot be made.
  public static func take(_ path: String) throws -> RunLock? {
    try take(path, patience: patience)
  }

  package static func take(_ path: String, patience: TimeInterval) throws -> RunLock? {
    let mine = LockOwner.thisProcess()
    // Each turn but the last found a dead owner's lock, or one that has just gone.
    for _ in 0..<8 {
      if let descriptor = try create(path, mine) {
        do {
          return try RunLock(path: path, owner: mine, descriptor: descriptor)
        } catch {
          unlink(path)
          throw error
        }
      }
      guard let file = LockFile(path) else { continue }
      if file.isAlive(patience: patience) { return nil }
      if try !removeDead(path, file, as: mine) { return nil }
    }
    return nil
  }

  /// Who has the lock; nil if nobody alive does.
  public static func owner(_ path: String) -> LockOwner? {
    owner(path, patience: patience)
  }

  package static func owner(_ path: String, patience: TimeInterval) -> LockOwner? {
    guard let file = LockFile(path), file.isAlive(patience: patience) else { return nil }
    return file.owner
  }

  /// Whether nobody has taken the lock over meanwhile.
  public var isStillMine: Bool { LockFile(path)?.owner?.token == owner.token }

  /// - Throws: `RecordError.lockLost` if somebody has taken the lock over.
  public func check() throws(RecordError) {
    // Whoever takes a dead owner's lock away may have got hold of this one, and puts it back at once.
    for _ in 0..<Self.looks {
      if isStillMine { return }
      usleep(50_000)
    }
    guard isStillMine else { throw .lockLost(file: path) }
  }

  /// Gives the lock back.
  public func release() {
    endHeartbeat()
    if isStillMine { unlink(path) }
  }

  /// Makes the lock's file, whole, unless there is one.
  /// - Returns: the open file, or nil if there is a lock.
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
    // The answer of a file server may be lost after the link was made.
    var status = stat()
    if fstat(descriptor, &status) == 0, status.st_nlink == 2 { return descriptor }
    close(descriptor)
    guard code == EEXIST else { throw FileError("lock", path, errno: code) }
    return nil
  }

  /// Takes a dead owner's lock away.
  /// - Returns: false if it was another's meanwhile.
  private static func removeDead(
    _ path: String, _ dead: LockFile, as mine: LockOwner
  ) throws -> Bool {
    let aside = "\(path).\(mine.token).dead"
    guard rename(path, aside) == 0 else {
      if errno == ENOENT { return true }
      throw FileError("take over the lock", path, errno: errno)
    }
    defer { unlink(aside) }
    // Another may have taken it over between the look and the renaming: theirs is put back.
    if LockFile(aside)?.owner?.token == dead.owner?.token { return true }
    link(aside, path)
    return false
  }
}

/// The process that holds a lock.
public struct LockOwner: Codable, Equatable, Sendable {
  public let host: String
  public let pid: Int32
  /// The Slurm job that the process belongs to: "12", "12_3" of an array.
  public let slurmJob: String?
  /// When the lock was taken.
  public let since: Date
  /// Tells machines, and the time between two starts of one, apart.
  let boot: String
  /// Process numbers mean something within a name space alone.
  let processSpace: String
  /// When the process began, in the kernel's ticks: numbers are used again.
  let started: String
  /// Different for every lock.
  let token: String

  static func thisProcess() -> LockOwner {
    let environment = ProcessInfo.processInfo.environment
    let job: String? =
      if let array = environment["SLURM_ARRAY_JOB_ID"],
        let task = environment["SLURM_ARRAY_TASK_ID"]
      { "\(array)_\(task)" } else { environment["SLURM_JOB_ID"] }
    return LockOwner(
      host: ProcessInfo.processInfo.hostName, pid: getpid(), slurmJob: job, since: Date(),
      boot: currentBoot, processSpace: currentProcessSpace, started: startTicks(getpid()) ?? "",
      token: UUID().uuidString)
  }

  /// Whether this machine's process table knows the owner: its number means something here.
  public var isOnThisMachine: Bool {
    boot == Self.currentBoot && processSpace == Self.currentProcessSpace
  }

  /// Whether the process goes on; meaningful for a local owner.
  var isRunning: Bool { Self.startTicks(pid) == started }

  private static var currentBoot: String {
    (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8))?
      .trimmingCharacters(in: .whitespacesAndNewlines) ?? ProcessInfo.processInfo.hostName
  }

  private static var currentProcessSpace: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")) ?? ""
  }

  /// When a process began; nil if there is none, or only what its parent has not collected yet.
  private static func startTicks(_ pid: Int32) -> String? {
    ProcessEntry(pid).flatMap { $0.hasEnded ? nil : $0.startTicks }
  }
}

/// A lock's file as it is now.
private struct LockFile {
  /// Nil where the file is not whole, as a crash of the machine may leave it.
  let owner: LockOwner?
  private let path: String
  /// The owner's last sign of life.
  private let touched: TimeInterval

  /// Nil if there is no file.
  init?(_ path: String) {
    // Opening it makes NFS ask the server how the file is now.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(descriptor, &bytes, bytes.count)
    owner = try? JSONDecoder().decode(LockOwner.self, from: Data(bytes.prefix(max(0, count))))
    touched = Self.seconds(status.st_mtim)
    self.path = path
  }

  func isAlive(patience: TimeInterval) -> Bool {
    if let owner, owner.isOnThisMachine { return owner.isRunning }
    return now - touched < patience
  }

  /// The time by the file system's clock, which is the file server's.
  private var now: TimeInterval {
    let probe = "\(path).\(UUID().uuidString).now"
    let descriptor = open(probe, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    // Whoever may only read takes the own clock.
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
