/// A part of a training as a setting states it: a number of epochs, or a share of all epochs.
///
///     let warmup: EpochSpan = 0.2
///     warmup.wholeEpochs(of: 200)  // 40
///
/// In literals the type decides: `5` is five epochs, and every number with a decimal point is a
/// share. In files a whole number is a number of epochs even if it is written as `5.0`.
public enum EpochSpan: Hashable, Sendable {
  /// A number of epochs, whatever the length of the training.
  case epochs(Int)
  /// A share of all epochs, more than 0 and less than 1. With it an epoch depends on the length
  /// of the whole training, so such a run cannot be extended.
  case share(Double)

  /// The span that a setting's value means: a whole number is a number of epochs, a fraction
  /// between 0 and 1 a share. Nil for anything else. The range of a number of epochs is left to
  /// the schema.
  public init?(_ value: SettingValue) {
    switch value {
    case .integer(let epochs): self = .epochs(epochs)
    case .number(let number):
      if let epochs = Int(exactly: number) {
        self = .epochs(epochs)
      } else if number > 0, number < 1 {
        self = .share(number)
      } else {
        return nil
      }
    case .boolean, .text: return nil
    }
  }

  /// The setting that reads as this span.
  public var value: SettingValue {
    switch self {
    case .epochs(let epochs): .integer(epochs)
    case .share(let share): .number(share)
    }
  }

  /// The length in epochs within a training of `epochs`. It can be fractional, as a warm-up
  /// that is counted in steps may be.
  public func length(of epochs: Int) -> Double {
    switch self {
    case .epochs(let count): Double(count)
    case .share(let share): share * Double(epochs)
    }
  }

  /// The length in whole epochs within a training of `epochs`. A share is rounded to the
  /// nearest whole number and leaves at least one epoch; a number of epochs is returned as it
  /// is.
  public func wholeEpochs(of epochs: Int) -> Int {
    switch self {
    case .epochs(let count): count
    case .share: min(Int(length(of: epochs).rounded()), max(0, epochs - 1))
    }
  }
}

extension EpochSpan: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral {
  /// A number of epochs.
  public init(integerLiteral value: Int) { self = .epochs(value) }
  /// A share of all epochs.
  public init(floatLiteral value: Double) { self = .share(value) }
}

extension EpochSpan: CustomStringConvertible {
  public var description: String { value.description }
}
