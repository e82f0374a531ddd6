/// The mean of at least one value, with the same bits for any order of the values. It lies between the smallest
/// and the largest, so that equal values have their value as mean.
package func mean(_ values: [Double]) -> Double {
  guard let least = values.min(), let most = values.max() else { return .nan }
  // Rounding could otherwise put the mean of equal values outside them.
  return min(max(sumInOrderOfSize(values) / Double(values.count), least), most)
}

/// The sample variance (denominator n - 1) of at least two values, with the same bits for any order of the
/// values. It is 0 for equal values.
package func variance(_ values: [Double]) -> Double {
  let mean = mean(values)
  return sumInOrderOfSize(values.map { ($0 - mean) * ($0 - mean) }) / Double(values.count - 1)
}

/// A quantile of at least one value, in ascending order, with linear interpolation: NumPy's default, type 7 of
/// Hyndman and Fan.
/// - Parameter probability: 0 for the smallest value, 1 for the largest.
package func quantile(_ ascending: [Double], _ probability: Double) -> Double {
  guard let last = ascending.indices.last else { return .nan }
  let position = probability * Double(last)
  let below = min(max(Int(position), 0), last)
  let above = min(below + 1, last)
  return ascending[below] + (position - Double(below)) * (ascending[above] - ascending[below])
}

/// A sum in ascending order, so that the order of the terms does not change even the last bit.
func sumInOrderOfSize(_ terms: [Double]) -> Double {
  terms.sorted().reduce(0, +)
}
