/// What mutual information is divided by to give NMI.
public enum NMINormaliser: String, Codable, CaseIterable, Sendable {
  /// The mean of the two entropies: scikit-learn's default since 0.22.
  case arithmetic
  /// The geometric mean of the two entropies: scikit-learn's default before 0.22.
  case geometric
}
