// Sums have eight parts on every processor, so they have the same bits everywhere.

/// The squared distance of a vector in single and one in double precision, such as a point and
/// the mean.
/// - Parameter count: the number of values of each.
func squaredDistance(
  _ first: UnsafePointer<Float>, _ second: UnsafePointer<Double>, count: Int
) -> Double {
  var sums = SIMD8<Double>.zero
  let whole = count & ~7
  var index = 0
  while index < whole {
    let a = UnsafeRawPointer(first + index).loadUnaligned(as: SIMD8<Float>.self)
    let b = UnsafeRawPointer(second + index).loadUnaligned(as: SIMD8<Double>.self)
    let difference = SIMD8<Double>(a) - b
    sums += difference * difference
    index += 8
  }
  var total = sums.sum()
  while index < count {
    let difference = Double(first[index]) - second[index]
    total += difference * difference
    index += 1
  }
  return total
}

/// The squared distance of two vectors in single precision. Differences and sum are in double
/// precision.
/// - Parameter count: the number of values of each.
func squaredDistance(
  _ first: UnsafePointer<Float>, _ second: UnsafePointer<Float>, count: Int
) -> Double {
  var sums = SIMD8<Double>.zero
  let whole = count & ~7
  var index = 0
  while index < whole {
    let a = UnsafeRawPointer(first + index).loadUnaligned(as: SIMD8<Float>.self)
    let b = UnsafeRawPointer(second + index).loadUnaligned(as: SIMD8<Float>.self)
    let difference = SIMD8<Double>(a) - SIMD8<Double>(b)
    sums += difference * difference
    index += 8
  }
  var total = sums.sum()
  while index < count {
    let difference = Double(first[index]) - Double(second[index])
    total += difference * difference
    index += 1
  }
  return total
}

/// Adds a vector in single precision to sums in double precision.
func add(_ vector: UnsafePointer<Float>, to sums: UnsafeMutablePointer<Double>, count: Int) {
  for index in 0..<count { sums[index] += Double(vector[index]) }
}

/// Subtracts a vector from sums in double precision.
func subtract(_ vector: UnsafePointer<Float>, from sums: UnsafeMutablePointer<Double>, count: Int) {
  for index in 0..<count { sums[index] -= Double(vector[index]) }
}
