import Records

/// The identity of a run as runs that start from it have it.
///
/// An identity covers the data and the engine that computed a run. Where a stage has no result, because its folder is
/// gone or damaged, or the benchmark's file is missing, it counts as computed as the run that started from it was: what
/// is finished does not become stale by that.
indirect enum StageIdentity: Sendable {
  /// Of a finished run.
  case known(String)
  /// Of a run without a result: its inputs, and the run that it starts from itself.
  case planned(IdentityInputs, from: StageIdentity?)

  /// The identity of the run that a record started from, if it is this one.
  /// - Throws: `RecordError.notFinite` if a setting is NaN or infinite.
  func identity(in record: RunRecord, by engine: RunEngine) throws -> String {
    switch self {
    case .known(let identity): return identity
    case .planned(let inputs, let origin):
      let known = try inputs.asIn(record, from: origin, by: engine)
      return try engine.accepting(record.provenance, for: known).identity()
    }
  }
}

extension PlannedRun {
  /// The identity as runs that start from this one have it.
  var asStage: StageIdentity {
    if case .finished = state { .known(identity) } else { .planned(identityInputs, from: origin) }
  }
}

extension IdentityInputs {
  /// Stands for the content hash of a benchmark file that is missing.
  static let noData = "not here"

  /// These inputs on the data with this content hash, if the benchmark's file is missing.
  func onData(of contentHash: String?) -> IdentityInputs {
    guard benchmarkContentHash == Self.noData, let contentHash else { return self }
    var inputs = self
    inputs.benchmarkContentHash = contentHash
    return inputs
  }

  /// These inputs as a finished run had them, as far as nothing here says otherwise: on its data if the benchmark's
  /// file is missing, and starting from a run of its engine if that run has no result.
  func asIn(
    _ record: RunRecord, from origin: StageIdentity?, by engine: RunEngine
  ) throws -> IdentityInputs {
    var inputs = onData(of: record.provenance.benchmarkFile.contentHash)
    if let origin { inputs.stage = try origin.identity(in: record, by: engine) }
    return inputs
  }
}
