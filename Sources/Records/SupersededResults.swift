import Core
import Foundation

/// Superseded results. A finished result is never overwritten: `seed-0` is moved to
/// `seed-0.<identity>`, named by the first twelve digits of its identity. Damaged files are moved
/// to `seed-0.damaged-<hash>`, named by the SHA-256 of the damaged file.
extension RunFolder {
  /// The folders of results that were set aside from this folder, sorted by name.
  package var superseded: [RunFolder] {
    let place = URL(fileURLWithPath: path)
    let parent = String(path.dropLast(place.lastPathComponent.count + 1))
    let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
    return names.filter { $0.hasPrefix(place.lastPathComponent + ".") }.sorted()
      .map { RunFolder(path: "\(parent)/\($0)") }
  }

  /// The folder with the finished result of an identity: this one or a superseded one; nil if none
  /// has it.
  package func holding(_ identity: String) -> RunFolder? {
    ([self] + superseded).first { folder in
      guard case .finished(let record) = folder.state() else { return false }
      return record.identity == identity
    }
  }

  /// Moves the finished or damaged result in this folder to a folder of its own, with all its
  /// files. What belongs to the work of a run (checkpoints, lock, progress) stays.
  ///
  /// The move is atomic for readers, and safe against a kill at any instant. The files are linked
  /// into a hidden folder, that folder is renamed, and only then are the files removed here, the
  /// record last. So the whole result is always in one of the two places. The caller holds the
  /// run's lock.
  /// - Returns: the new folder; nil if there was nothing to set aside.
  /// - Throws: `FileError`.
  @discardableResult
  package func setAside() throws -> RunFolder? {
    let state = state()
    let main: String
    switch state {
    case .finished: main = record
    case .damaged: main = RecordFile.hasEntry(record) ? record : failure
    case .unfinished, .failed: return nil
    }
    let names = try AtomicFile.names(in: path).filter { isOfResult($0, whichIs: main) }
    let last = URL(fileURLWithPath: main).lastPathComponent
    let target = try copy(names, to: path + "." + suffix(of: state, main), with: last)
    for name in names.sorted(by: { ($0 == last ? 1 : 0, $0) < ($1 == last ? 1 : 0, $1) }) {
      // Only regular files were linked. Anything else, such as a folder, is moved now.
      if !RecordFile.exists("\(path)/\(name)") {
        rename("\(path)/\(name)", "\(target.path)/\(name)")
      }
      unlink("\(path)/\(name)")
    }
    return target
  }

  /// Whether a file belongs to a result: not hidden, not a checkpoint, no partial file, no
  /// progress. `failed.json` belongs only if it is the damaged file itself.
  private func isOfResult(_ name: String, whichIs main: String) -> Bool {
    let isOfWork =
      name.hasPrefix(".") || name.hasPrefix("checkpoint.") || name.contains(".writing-")
      || name.hasSuffix(".next") || name == "progress.json"
    return !isOfWork && (name != "failed.json" || main == failure)
  }

  /// The end of the new folder's name: twelve digits of the identity, or a hash of the file if
  /// there is no valid identity.
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

  /// Creates the folder with links to these files, whole. If an earlier attempt that was killed has
  /// created it already, it is used. If another result has the name, a number is appended.
  /// - Parameter main: the file that tells results apart: the record, or the damaged file.
  /// - Returns: the new folder.
  /// - Throws: `FileError` if a file can be neither linked nor copied.
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
          // The file system has no hard links.
          do {
            try manager.copyItem(atPath: "\(path)/\(name)", toPath: "\(temporary)/\(name)")
          } catch {
            throw FileError("set aside", "\(path)/\(name)", because: error)
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
