import Core

/// What official code does and a trajectory's settings do not say, since there is no choice in that code.
enum OfficialBehaviour {
  /// Settings to replay a trajectory with, the likeliest first; the others are for the same method's code
  /// under another version of PyTorch, or another code of the same method, which a trajectory may have
  /// been recorded from without naming it.
  static func readings(of trajectory: Trajectory) -> [[String: SettingValue]] {
    switch trajectory.method {
    case "pica", "iic":
      // One that says so was recorded with PyTorch 2.0 or later.
      trajectory.name.contains("skip")
        ? [["idle_heads": "skip"]] : [["idle_heads": "decay"], ["idle_heads": "skip"]]
    case "byol":
      // ProPos, in one process.
      [
        ["target_follows": "before-step", "first_step": 1],
        ["target_follows": "after-step", "first_step": 1],
      ]
    case "deepcluster": [["classifier_momentum": 0.0]]
    default: [[:]]
    }
  }

  /// What `total` and `official` are above the sum of our terms: ProPos' loss is -2 cos, ours 2 - 2 cos.
  static func offset(of method: String) -> Double { method == "byol" ? -2 : 0 }
}
