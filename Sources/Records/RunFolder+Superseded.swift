import Core
import Foundation

/// A result that makes room for another is set aside, not overwritten: `seed-0` to `seed-0.<identity>`, the
/// first twelve digits of it; what is damaged to `seed-0.damaged-<digest>`.
extension RunFolder {
  /// The folders of results that were set aside here, sorted by name.
  public var superseded: [RunFolder] {
    let place = URL(fileURLWithPath: path)
    let parent = String(path.dropLast(place.lastPathComponent.count + 1))
    let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
    return names.filter { $0.hasPrefix(place.lastPathComponent + ".") }.sorted()
      .map { RunFolder(path: "\(parent)/\($0)") }
  }

  /// The folder that has the result of this identity: this one, or one that was set aside.
  public func holding(_ identity: String) -> RunFolder? {
    ([self] + superseded).first { folder in
      guard case .finished(let record) = folder.state() else { return false }
      return record.identity == identity
    }
  }

  /// Sets aside the result that lies here, or what is left of a damaged one, with all its files. What a
  /// run goes on from (checkpoints, lock, progress) stays.
  ///
  /// Whoever looks, and whoever goes on after a kill at any instant, finds the whole result here or there:
  /// it is linked into a hidden folder, which is renamed, and only then removed here, its record last.
  /// - Returns: where it lies now; nil if there was nothing to set aside.
  /// - Throws: `FileError`.
  @discardableResult
  public func setAside() throws -> RunFolder? {
    let state = state()
    let main: String
    switch state {
    case .finished: main = record
    case .damaged: main = RecordFile.hasEntry(record) ? record : failure
    case .unfinished, .failed: return nil
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: path).filter {
      isOfResult($0, whichIs: main)
    }
    let last = URL(fileURLWithPath: main).lastPathComponent
    let target = try copy(names, to: path + "." + suffix(of: state, main), with: last)
    for name in names.sorted(by: { ($0 == last ? 1 : 0, $0) < ($1 == last ? 1 : 0, $1) }) {
      // What cannot be linked, such as a folder, is not there yet.
      if !RecordFile.exists("\(path)/\(name)") {
        rename("\(path)/\(name)", "\(target.path)/\(name)")
      }
      unlink("\(path)/\(name)")
    }
    return target
  }

  private func isOfResult(_ name: String, whichIs main: String) -> Bool {
    let isOfWork =
      name.hasPrefix(".") || name.hasPrefix("checkpoint.") || name.contains(".writing-")
      || name.hasSuffix(".next") || name == "progress.json"
    return !isOfWork && (name != "failed.json" || main == failure)
  }

  private func suffix(of state: RunState, _ main: String) -> String {
    if case .finished(let record) = state, record.identity.count >= 12,
      record.identity.allSatisfy({ $0.isASCII && $0.isHexDigit })
    {
      return String(record.identity.prefix(12))
    }
    var hash = SHA256Hash()
    hash.update((try? RecordFile.contents(of: main)) ?? Data())
    return (state.isDamaged ? "damaged-" : "other-") + hash.hexadecimal.prefix(8)
  }

  /// Makes a folder with these files, whole; none if an earlier attempt came so far.
  private func copy(
    _ names: [String], to final: String, with main: String
  ) throws -> RunFolder {
    let manager = FileManager.default
    for number in 1... {
      let target = RunFolder(path: number == 1 ? final : "\(final)-\(number)")
      guard !RecordFile.hasEntry(target.path) else {
        if manager.contentsEqual(atPath: "\(target.path)/\(main)", andPath: "\(path)/\(main)") {
          return target
        }
        continue
      }
      let place = URL(fileURLWithPath: target.path)
      let temporary =
        String(target.path.dropLast(place.lastPathComponent.count))
        + ".\(place.lastPathComponent).moving"
      if RecordFile.hasEntry(temporary) { try? manager.removeItem(atPath: temporary) }
      try AtomicFile.createFolder(temporary)
      for name in names where RecordFile.exists("\(path)/\(name)") {
        if link("\(path)/\(name)", "\(temporary)/\(name)") != 0 {
          // A file system without links.
          do {
            try manager.copyItem(atPath: "\(path)/\(name)", toPath: "\(temporary)/\(name)")
          } catch {
            throw FileError("set aside", "\(path)/\(name)", errno: EIO)
          }
        }
      }
      try AtomicFile.sync(folder: temporary)
      guard rename(temporary, target.path) == 0 else {
        throw FileError("set aside the result in", path, errno: errno)
      }
      try AtomicFile.sync(folder: String(target.path.dropLast(place.lastPathComponent.count)))
      return target
    }
    return self
  }
}
