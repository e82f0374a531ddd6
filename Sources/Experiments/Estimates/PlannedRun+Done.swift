extension PlannedRun {
  /// The part of the run that its last session left done, 0...1.
  public var doneFraction: Double {
    if case .finished = state { return 1 }
    return 0
  }
}
