/// The value of a setting, as YAML and JSON write it: a scalar, without its name and range.
///
///     let settings: [String: SettingValue] = ["epochs": 200, "schedule": "cosine"]
///
/// A whole number is the same value as an integer or as a number, because JSON writes 1.0 as 1.
/// Both compare equal and have the same hash.
public enum SettingValue: Sendable {
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
}

extension SettingValue: Hashable {
  public static func == (first: Self, second: Self) -> Bool {
    switch (first, second) {
    case (.boolean(let first), .boolean(let second)): first == second
    case (.integer(let first), .integer(let second)): first == second
    case (.number(let first), .number(let second)): first == second
    case (.integer(let first), .number(let second)), (.number(let second), .integer(let first)):
      Int(exactly: second) == first
    case (.text(let first), .text(let second)): first == second
    default: false
    }
  }

  public func hash(into hasher: inout Hasher) {
    switch self {
    case .boolean(let value): hasher.combine(value)
    case .integer(let value): hasher.combine(value)
    case .number(let value):
      if let integer = Int(exactly: value) {
        hasher.combine(integer)
      } else {
        hasher.combine(value)
      }
    case .text(let value): hasher.combine(value)
    }
  }
}

/// The value as experiment files write it, without quotes.
extension SettingValue: CustomStringConvertible {
  public var description: String {
    switch self {
    case .boolean(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .text(let value): value
    }
  }
}

extension SettingValue {
  /// The value as people write it: 1 for 1.0.
  package var plain: String {
    if case .number(let number) = self, let whole = Int(exactly: number) { return "\(whole)" }
    return "\(self)"
  }
}

/// The value as a JSON scalar. Decoding tries boolean, integer, number and text in this order.
/// A whole number, which JSON writes without a fraction, becomes an integer.
extension SettingValue: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let value = try? container.decode(Bool.self) {
      self = .boolean(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else {
      self = .text(try container.decode(String.self))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .boolean(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    }
  }
}

extension SettingValue {
  /// Reads a scalar of an experiment file or of `--set`: `true` and `false` are booleans, `12`
  /// is an integer, `0.03` and `1e-4` are numbers, and anything else is text. This is YAML's
  /// core schema without its other spellings of booleans, null, octal integers, infinities and
  /// NaN, which become text.
  public init(scalar: String) {
    switch scalar {
    case "true": self = .boolean(true)
    case "false": self = .boolean(false)
    default:
      if let value = Int(scalar) {
        self = .integer(value)
      } else if let value = Double(scalar), value.isFinite {
        self = .number(value)
      } else {
        self = .text(scalar)
      }
    }
  }
}

/// Settings in code are written as literals: `["epochs": 200, "similarity": "sum"]`.
extension SettingValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByStringLiteral
{
  public init(booleanLiteral value: Bool) { self = .boolean(value) }
  public init(integerLiteral value: Int) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(stringLiteral value: String) { self = .text(value) }
}
