import Testing

/// The suites of this target run one after the other: libhdf5 is not for several threads at a time.
@Suite(.serialized) enum RecordsTests {}
