import Testing

/// The suites of this target run one after the other: OpenBLAS has one number of threads for all, and a
/// test changes it.
@Suite(.serialized) enum ClassicalClusteringTests {}
