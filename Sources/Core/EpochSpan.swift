/// A part of a training, as settings give it: a number of epochs, or a share of all of them, which fits
/// a training of any length.
public enum EpochSpan: Hashable, Sendable {
  case epochs(Int)
  /// From 0 to less than 1.
  case share(Double)

  /// A whole number counts epochs; a number below 1 is a share. Anything else is nil.
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

  /// The value that is read as this span.
  public var value: SettingValue {
    switch self {
    case .epochs(let epochs): .integer(epochs)
    case .share(let share): .number(share)
    }
  }

  /// Its length in epochs, of a training of `epochs`.
  public func length(of epochs: Int) -> Double {
    switch self {
    case .epochs(let count): Double(count)
    case .share(let share): share * Double(epochs)
    }
  }

  /// Its length in whole epochs, of a training of `epochs`: the nearest number. A share leaves one epoch
  /// at least.
  public func wholeEpochs(of epochs: Int) -> Int {
    switch self {
    case .epochs(let count): count
    case .share: min(Int(length(of: epochs).rounded()), max(0, epochs - 1))
    }
  }
}

extension EpochSpan: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral {
  public init(integerLiteral value: Int) { self = .epochs(value) }
  public init(floatLiteral value: Double) { self = .share(value) }
}

extension EpochSpan: CustomStringConvertible {
  public var description: String { value.description }
}
