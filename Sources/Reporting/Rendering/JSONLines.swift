import Core
import Foundation

/// Objects, each on a line of its own.
enum JSONLines {
  static func line(_ value: some Encodable) -> String {
    let encoder = JSONEncoder.sorted()
    // Encoding fails for non-finite numbers only; those become words.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let data = (try? encoder.encode(value)) ?? Data()
    return String(decoding: data, as: UTF8.self).displayableJSON + "\n"
  }
}
