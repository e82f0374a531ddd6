import Foundation
import Metrics

/// Numbers in the form in which tables print them.
extension Double {
  /// The number with one decimal, as papers print scores; never "-0.0".
  package var oneDecimal: String {
    let text = String(format: "%.1f", self)
    return text == "-0.0" ? "0.0" : text
  }

  /// The number with two decimals, for fractions.
  package var twoDecimals: String { String(format: "%.2f", self) }

  /// A difference of scores: "+0.7", "-1.2", "0.0".
  package var signed: String {
    let text = oneDecimal
    return self > 0 && text != "0.0" ? "+\(text)" : text
  }

  /// A limit of a difference's interval: "-0.2", "-0.01" where one decimal would not tell on which side of 0 it lies,
  /// and one digit, "-0.003" or "-2e-05", where two decimals would not.
  package var limit: String {
    guard self != 0, oneDecimal == "0.0" else { return oneDecimal }
    return abs(self) < 0.005 ? String(format: "%.1g", self) : twoDecimals
  }

  /// The number rounded to four decimals, for formats that programs read.
  package var fourDecimals: Double {
    (self * 10_000).rounded() / 10_000
  }
}

extension SeedStatistics {
  /// "56.1 ± 0.3", or "56.1" for a single seed.
  var text: String {
    standardDeviation.map { "\(mean.oneDecimal) ± \($0.oneDecimal)" } ?? mean.oneDecimal
  }
}
