import Foundation

/// Numbers, times and sizes in units that people read.
package enum Quantities {
  /// A number of things: "1 run", "2 runs".
  /// - Parameter noun: the singular, whose plural ends in "s".
  package static func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }

  /// A duration in its two largest units: "under 1 s", "45 s", "2 min 5 s", "12 min", "2 h 10 min",
  /// "3 d 4 h". Minutes from ten on are printed without seconds.
  /// - Parameter seconds: any number; negative ones and NaN count as 0.
  package static func time(_ seconds: Double) -> String {
    // Clamped to what an integer holds.
    let whole = seconds.isNaN ? 0 : Int(min(max(seconds, 0), 1e12).rounded())
    let (days, hours, minutes) = (whole / 86_400, whole / 3_600 % 24, whole / 60 % 60)
    if days > 0 { return hours > 0 ? "\(days) d \(hours) h" : "\(days) d" }
    if hours > 0 { return minutes > 0 ? "\(hours) h \(minutes) min" : "\(hours) h" }
    // Up to ten minutes, seconds still matter.
    if minutes >= 10 { return "\(minutes) min" }
    if minutes > 0 { return whole % 60 > 0 ? "\(minutes) min \(whole % 60) s" : "\(minutes) min" }
    return whole > 0 || seconds <= 0 ? "\(whole) s" : "under 1 s"
  }

  /// An amount of memory: "0.31 GiB", "12.5 GiB".
  package static func memory(_ bytes: Int) -> String {
    let size = Double(bytes) / 0x1p30
    return String(format: size < 10 ? "%.2f GiB" : "%.1f GiB", size)
  }

  /// A file size: "812 B", "90.1 KiB", "162.2 MiB", "2.5 GiB".
  package static func size(_ bytes: Int64) -> String {
    var size = Double(bytes)
    var units = ["KiB", "MiB", "GiB", "TiB"][...]
    guard size >= 1024 else { return "\(bytes) B" }
    size /= 1024
    while size >= 1024, units.count > 1 {
      size /= 1024
      units.removeFirst()
    }
    return String(format: "%.1f ", size) + units[units.startIndex]
  }
}
