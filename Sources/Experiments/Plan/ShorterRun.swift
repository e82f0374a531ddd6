import Core
import Domain
import Foundation
import Methods
import Records

/// A finished run of the same inputs but fewer epochs, which a run of more epochs goes on from.
public struct ShorterRun: Sendable {
  /// Epochs that it has trained for.
  public let epochs: Int
  public let identity: String
  /// The file with its state after the last of them.
  let checkpoint: String
}

extension PlannedRun {
  /// Why a run of fewer epochs is not the beginning of this one, a setting or a rule each; empty where it is,
  /// and more epochs give the same bits whether or not the run was finished before.
  var lengthDependences: [String] {
    // The last epoch of a shorter run is one of those that are chosen among, and is none of a longer run.
    configured.lengthDependences
      + (runProtocol.checkpoint.chooses ? ["checkpoint \(runProtocol.checkpoint.rawValue)"] : [])
  }

  /// The longest finished run that this one can go on from, here or set aside.
  var shorterRun: ShorterRun? {
    guard epochs > 0, lengthDependences.isEmpty else { return nil }
    return ([folder] + folder.superseded).compactMap { folder in
      guard case .finished(let record) = folder.state(), let trained = record.settings.epochs,
        trained < epochs, IdentityInputs(record).isSameButForEpochs(as: identityInputs),
        FileManager.default.fileExists(atPath: folder.lastEpoch)
      else { return nil }
      return ShorterRun(epochs: trained, identity: record.identity, checkpoint: folder.lastEpoch)
    }.max { $0.epochs < $1.epochs }
  }

  /// What becomes of the epochs of a stale result that differs in nothing but their number: "goes on after
  /// epoch 20", "starts over: schedule cosine depends on the number of epochs". Nil for other results.
  public var continuation: String? {
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

extension IdentityInputs {
  fileprivate func isSameButForEpochs(as other: IdentityInputs) -> Bool {
    var (mine, theirs) = (self, other)
    mine.settings[SettingName.epochs] = nil
    theirs.settings[SettingName.epochs] = nil
    return mine == theirs
  }
}
