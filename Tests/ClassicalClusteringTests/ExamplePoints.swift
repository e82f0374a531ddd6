import ClassicalClustering
import Foundation

/// Points that any program can make again: u(i) is the fraction of |sin(12.9898 (i + 1))| 43758.5453.
///
/// What tests expect of them was computed from the same formulas with scikit-learn 1.9.1, scipy 1.17.1
/// and numpy.
enum ExamplePoints {
  static func u(_ index: Int) -> Double {
    (abs(sin(12.9898 * Double(index + 1))) * 43758.5453).truncatingRemainder(dividingBy: 1)
  }

  /// Two half circles that reach into each other, point by point in turn, and blurred; [N, 2].
  static func moons(_ count: Int, blur: Double) -> [Float] {
    (0..<count).flatMap { index -> [Float] in
      let angle = Double.pi * u(3 * index)
      let x = index % 2 == 0 ? cos(angle) : 1 - cos(angle)
      let y = index % 2 == 0 ? sin(angle) : 0.5 - sin(angle)
      return [
        Float(x + blur * (u(3 * index + 1) - 0.5)), Float(y + blur * (u(3 * index + 2) - 0.5)),
      ]
    }
  }

  /// 200 points along a spiral of a turn and a half, from its inner end; [200, 2].
  static let spiral: [Float] = (0..<200).flatMap { index -> [Float] in
    let t = 2 + 10 * (Double(index) + 0.5 * u(index)) / 200
    return [Float(t * cos(t)), Float(t * sin(t))]
  }

  static func uniform(_ range: Range<Int>) -> [Float] { range.map { Float(u($0)) } }
}

/// Cluster names as one character each, renamed in the order in which they appear.
func canonical(_ labels: [Int32]) -> String {
  var names: [Int32: Int] = [:]
  for label in labels where names[label] == nil { names[label] = names.count }
  return labels.map { "\(names[$0] ?? -1)" }.joined()
}
