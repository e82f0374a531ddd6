import Core
import Foundation
import Records
import Synchronization
import Testing

extension RecordsTests {
  @Suite struct RunLocks {
    /// Changes keys of the lock's owner, as if another process had written it.
    private func rewrite(_ path: String, _ changes: [String: any Sendable]) throws {
      let data = try Data(contentsOf: URL(fileURLWithPath: path))
      var owner = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
      owner.merge(changes) { $1 }
      try JSONSerialization.data(withJSONObject: owner).write(to: URL(fileURLWithPath: path))
    }

    /// Sets the lock's last sign of life back.
    private func age(_ path: String, seconds: Double) throws {
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -seconds)], ofItemAtPath: path)
    }

    @Test func `One process at a time has a lock, and gives it back`() throws {
      try withFolder { folder in
        let path = folder + "/.lock"
        #expect(RunLock.owner(path) == nil)
        let lock = try #require(try RunLock.take(path))
        #expect(RunLock.owner(path)?.pid == getpid())
        #expect(try RunLock.take(path) == nil)
        #expect(lock.isStillMine)
        lock.release()
        #expect(RunLock.owner(path) == nil)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        #expect(try RunLock.take(path) != nil)
      }
    }

    @Test func `A lock without a heartbeat leaves neither its file nor a descriptor`() async {
      // In a process of its own, because the limit on open files holds for all of it.
      await #expect(processExitsWith: .success) {
        let folder = NSTemporaryDirectory() + "run-lock-\(getpid())"
        mkdir(folder, 0o700)
        // One free descriptor: enough for the lock's file, too few for the pipe of the heartbeat.
        let free = dup(0)
        close(free)
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let most = limit.rlim_cur
        limit.rlim_cur = rlim_t(free + 1)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        #expect(throws: FileError.self) { try RunLock.take(folder + "/.lock") }
        // The runtime may have opened something there by now, such as a timer.
        let file = try? FileManager.default.destinationOfSymbolicLink(
          atPath: "/proc/self/fd/\(free)")
        #expect(file?.contains("run-lock-") != true)
        #expect(rmdir(folder) == 0)
        // Whoever reports how this process ends may need descriptors.
        limit.rlim_cur = most
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
      }
    }

    @Test func `A dead process's lock is taken over, and so is one whose number is used again`()
      throws
    {
      try withFolder { folder in
        let path = folder + "/.lock"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/true")
        try process.run()
        process.waitUntilExit()
        for changes: [String: any Sendable] in [
          ["pid": Int(process.processIdentifier)], ["started": "1"],
        ] {
          let first = try #require(try RunLock.take(path))
          try rewrite(path, changes)
          #expect(RunLock.owner(path) == nil)
          let second = try #require(try RunLock.take(path))
          #expect(second.isStillMine)
          // The first has the same token here: what tells them apart is that the second's is new.
          #expect(!first.isStillMine)
          second.release()
        }
      }
    }

    @Test func `A lock of another machine counts for as long as it is touched`() throws {
      try withFolder { folder in
        let path = folder + "/.lock"
        let first = try #require(try RunLock.take(path))
        try rewrite(path, ["boot": "another machine", "host": "elsewhere"])
        try age(path, seconds: 60)
        #expect(RunLock.owner(path)?.host == "elsewhere")
        #expect(try RunLock.take(path) == nil)

        try age(path, seconds: 100)
        #expect(RunLock.owner(path) == nil)
        let second = try #require(try RunLock.take(path))
        // Whoever was taken for dead and was not stops before it writes anything.
        #expect(!first.isStillMine)
        #expect(throws: RecordError.lockLost(file: path)) { try first.check() }
        first.release()
        #expect(second.isStillMine)
      }
    }

    @Test func `A lock that was taken aside by mistake and put back is not lost`() throws {
      try withFolder { folder in
        let path = folder + "/.lock"
        let lock = try #require(try RunLock.take(path))
        #expect(rename(path, path + ".aside") == 0)
        // A thread of its own: those of a queue may be busy with other tests for longer than is waited.
        let other = Thread {
          usleep(100_000)
          link(path + ".aside", path)
        }
        other.start()
        #expect(throws: Never.self) { try lock.check() }
        lock.release()
      }
    }

    @Test func `A lock that a crash of the machine left empty is not for ever`() throws {
      try withFolder { folder in
        let path = folder + "/.lock"
        try Data().write(to: URL(fileURLWithPath: path))
        #expect(try RunLock.take(path) == nil)
        try age(path, seconds: 100)
        #expect(try RunLock.take(path) != nil)
      }
    }

    @Test(arguments: ["link", "loop", "pipe", "folder"])
    func `Something else under the lock's name is an error that says what to do`(
      _ kind: String
    ) throws {
      try withFolder { folder in
        let path = folder + "/.lock"
        switch kind {
        case "link": #expect(symlink(folder + "/nothing", path) == 0)
        case "loop": #expect(symlink(path, path) == 0)
        case "pipe": #expect(mkfifo(path, 0o600) == 0)
        default: #expect(mkdir(path, 0o700) == 0)
        }
        let error = #expect(throws: FileError.self) { try RunLock.take(path) }
        let text = try #require(error).description
        #expect(text.hasPrefix("cannot use the lock '\(path)': "), "\(text)")
        #expect(text.hasSuffix("; remove it when no run uses it"), "\(text)")
        #expect(RunLock.owner(path) == nil)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [".lock"])
      }
    }

    @Test func `Who has a lock removes what killed processes left of theirs`() throws {
      try withFolder { folder in
        let path = folder + "/.lock"
        let id = UUID().uuidString
        let left = ["", ".dead", ".now"].map { "\(path).\(id)\($0)" }
        let others = ["\(path).\(UUID().uuidString)", folder + "/.locked", folder + "/log.txt"]
        for file in left + others { try Data().write(to: URL(fileURLWithPath: file)) }
        for file in left + others.dropFirst() { try age(file, seconds: 100) }
        let lock = try #require(try RunLock.take(path))
        lock.removeLeftovers()
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        // One of a process that is taking the lock now stays, and so do other files.
        #expect(Set(names.map { "\(folder)/\($0)" }) == Set(others + [path]))
        #expect(lock.isStillMine)
        lock.release()
      }
    }

    @Test func `Of many that find a dead owner's lock, one takes it over`() throws {
      try withFolder { folder in
        for round in 0..<50 {
          let path = "\(folder)/\(round).lock"
          let dead = try #require(try RunLock.take(path))
          try rewrite(path, ["started": "1", "token": "dead"])
          let taken = Mutex<[RunLock]>([])
          DispatchQueue.concurrentPerform(iterations: 8) { _ in
            if let lock = try? RunLock.take(path) { taken.withLock { $0.append(lock) } }
          }
          let holders = taken.withLock { $0.filter(\.isStillMine) }
          #expect(holders.count == 1)
          #expect(!dead.isStillMine)
        }
      }
    }
  }
}
