import Core
import Domain
import Foundation
import Methods
import Records

/// A finished run with the same inputs but fewer epochs, which a longer run continues.
package struct ShorterRun: Sendable {
  /// Epochs that it has trained for.
  package let epochs: Int
  /// Its identity, which its last checkpoint has.
  package let identity: String
  /// The file with its state after the last epoch.
  let checkpoint: String
}

extension PlannedRun {
  /// Why a run of fewer epochs is not the beginning of this one: settings or a checkpoint rule that
  /// depend on the number of epochs. Empty if it is: the longer run then has the same bits whether
  /// or not the shorter one was finished first.
  var lengthDependences: [String] {
    // The last epoch of a shorter run is one of those that are chosen among, and is none of a longer run.
    configured.lengthDependences
      + (runProtocol.checkpoint.chooses ? ["checkpoint \(runProtocol.checkpoint.rawValue)"] : [])
  }

  /// The longest finished run that this one can continue, in its folder or set aside.
  var shorterRun: ShorterRun? {
    guard epochs > 0, lengthDependences.isEmpty else { return nil }
    return ([folder] + folder.superseded).compactMap { folder in
      guard case .finished(let record) = folder.state(), let trained = record.settings.epochs,
        trained < epochs, IdentityInputs(record).isSameButForEpochs(as: identityInputs),
        let checkpoint = folder.lastState(of: record)
      else { return nil }
      return ShorterRun(epochs: trained, identity: record.identity, checkpoint: checkpoint)
    }.max { $0.epochs < $1.epochs }
  }

  /// Keeps the last checkpoint of this finished run if a run of more epochs could continue from it,
  /// and removes the others. The caller holds the lock.
  package func keepLastEpoch() {
    if lengthDependences.isEmpty { folder.nameLastEpoch() }
    for path in [folder.checkpoint, folder.previousCheckpoint, folder.progress] {
      try? AtomicFile.remove(path)
    }
  }

  /// Sets an earlier result in the folder aside, with its last checkpoint. The caller holds the lock.
  /// - Throws: `FileError`.
  package func setAsideEarlierResult() throws {
    folder.nameLastEpoch()
    try folder.setAside()
  }

  /// What happens to the epochs of a stale result that differs in their number only: "goes on after
  /// epoch 20", or "starts over: schedule cosine depends on the number of epochs". Nil for other
  /// results.
  package var continuation: String? {
    guard case .stale = state, case .finished(let record) = folder.state(),
      let trained = record.settings.epochs,
      IdentityInputs(record).isSameButForEpochs(as: identityInputs)
    else { return nil }
    if let shorterRun { return "goes on after epoch \(shorterRun.epochs)" }
    let reasons = lengthDependences
    if !reasons.isEmpty {
      return "starts over: \(reasons.joined(separator: ", ")) "
        + "\(reasons.count == 1 ? "depends" : "depend") on the number of epochs"
    }
    return trained > epochs
      ? "starts over: it was trained for longer" : "starts over: its last checkpoint is not there"
  }
}

extension RunFolder {
  /// The file with the state after the last epoch of the finished run in this folder: `lastEpoch`, or
  /// the checkpoint, if the process was killed after the record and before it renamed it.
  fileprivate func lastState(of record: RunRecord) -> String? {
    if FileManager.default.fileExists(atPath: lastEpoch) { return lastEpoch }
    return Checkpoint.identity(in: checkpoint) == record.identity ? checkpoint : nil
  }

  /// Renames the checkpoint of the finished run in this folder to `lastEpoch`.
  fileprivate func nameLastEpoch() {
    guard case .finished(let record) = state(), lastState(of: record) == checkpoint else { return }
    rename(checkpoint, lastEpoch)
  }
}

extension IdentityInputs {
  /// Whether both differ in the number of epochs at most.
  fileprivate func isSameButForEpochs(as other: IdentityInputs) -> Bool {
    var (mine, theirs) = (self, other)
    mine.settings[SettingName.epochs] = nil
    theirs.settings[SettingName.epochs] = nil
    return mine == theirs
  }
}
