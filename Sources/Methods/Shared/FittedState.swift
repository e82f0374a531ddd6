import Synchronization
import Vision

/// What a method finds out on the images that it learns from, besides its network, and needs for any others:
/// channel statistics and the centres of the final k-means.
///
/// A run hands its method an empty one and saves what is kept in it at the end. Whoever applies the finished run
/// to other images hands over the saved values, which then take the place of those of the images at hand.
///
///     let fitted = FittedState()
///     let context = MethodContext(clusters: 10, seed: 0, fitted: fitted)
///     // ... training and assignment ...
///     fitted.values.centres  // [K * D]
public final class FittedState: Sendable {
  /// The values, each nil until it is kept.
  ///
  ///     context.fitted?.values.centres   // those of the final k-means, [K, D]
  public struct Values: Hashable, Sendable {
    /// What views are normalised by.
    public var statistics: ChannelStatistics?
    /// The centres of the k-means that makes the clusters, [K, D], row-major; those of the last
    /// assignment.
    public var centres: [Float]?

    public init(statistics: ChannelStatistics? = nil, centres: [Float]? = nil) {
      self.statistics = statistics
      self.centres = centres
    }
  }

  private let state: Mutex<Values>
  /// Whether the values are those of a finished run.
  public let isGiven: Bool

  /// For a run.
  public init() {
    state = Mutex(Values())
    isGiven = false
  }

  /// For images that a finished run has not learnt from.
  public init(given values: Values) {
    state = Mutex(values)
    isGiven = true
  }

  /// What is kept so far.
  public var values: Values { state.withLock { $0 } }

  /// Keeps a value in place of an earlier one. Given values stay.
  func keep<Value: Sendable>(_ value: Value, as path: WritableKeyPath<Values, Value?> & Sendable) {
    if isGiven { return }
    state.withLock { $0[keyPath: path] = value }
  }
}

extension MethodContext {
  /// Whether a finished run is applied: the images of `MethodInputs` are then others than those that it learnt from.
  var appliesFinishedRun: Bool { fitted?.isGiven ?? false }

  /// The channel statistics of the images learnt from or, where a finished run is applied, of those that it
  /// learnt from.
  /// - Parameter images: the images learnt from.
  func channelStatistics(of images: ImageSet) throws -> ChannelStatistics {
    if let fitted, fitted.isGiven {
      guard let given = fitted.values.statistics else {
        throw MethodError.unsupported(
          method: "the run's method", reason: "the run kept no channel statistics; compute it again"
        )
      }
      return given
    }
    let found = try images.channelStatistics()
    fitted?.keep(found, as: \.statistics)
    return found
  }
}
