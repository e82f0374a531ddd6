/// A part of a training as a setting states it: a number of epochs, or a share of all epochs.
///
///     let warmup: EpochSpan = 0.2
///     warmup.wholeEpochs(of: 200)  // 40
public enum EpochSpan: Hashable, Sendable {
  case epochs(Int)
  /// A share of all epochs, 0 to less than 1.
  case share(Double)

  /// A whole number is a number of epochs, a fraction below 1 a share. Nil for anything else.
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

  /// The length in epochs within a training of `epochs`.
  public func length(of epochs: Int) -> Double {
    switch self {
    case .epochs(let count): Double(count)
    case .share(let share): share * Double(epochs)
    }
  }

  /// The length in whole epochs within a training of `epochs`, rounded. A share leaves at least one epoch.
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
