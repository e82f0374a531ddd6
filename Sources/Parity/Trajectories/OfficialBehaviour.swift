import Core

/// What official code does in a fixed way where we have a setting, so that a trajectory's settings
/// do not mention it.
enum OfficialBehaviour {
  /// The settings to try a trajectory with, the likeliest first. Later ones stand for another
  /// version of PyTorch, or for another official implementation of the method; a trajectory need
  /// not name either.
  ///
  /// - PICA, IIC: PyTorch before 2.0 gives a resting head gradients of zero, so that Adam's moments
  ///   decay and still move it ("decay"). Later versions leave it alone ("skip").
  /// - BYOL: ProPos updates the target between the forward pass and the optimiser's step, and
  ///   counts steps from 1.
  /// - DeepCluster: the classifier's SGD has no momentum.
  static func readings(of trajectory: Trajectory) -> [[String: SettingValue]] {
    switch trajectory.method {
    case "pica", "iic":
      // Recordings with "skip" in their name were made with PyTorch 2.0 or later.
      trajectory.name.contains("skip")
        ? [["idle_heads": "skip"]] : [["idle_heads": "decay"], ["idle_heads": "skip"]]
    case "byol":
      // ProPos's code updates the target before the step. Other code may do so after it.
      [
        ["target_follows": "before-step", "first_step": 1],
        ["target_follows": "after-step", "first_step": 1],
      ]
    case "deepcluster": [["classifier_momentum": 0.0]]
    default: [[:]]
    }
  }

  /// The constant by which the recorded loss terms `total` and `official` exceed the sum of ours.
  /// ProPos minimises -2 cos, and our BYOL 2 - 2 cos.
  static func offset(of method: String) -> Double { method == "byol" ? -2 : 0 }
}
