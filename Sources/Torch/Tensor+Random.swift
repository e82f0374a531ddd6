import Core

extension Tensor {
  /// Independent draws from a normal distribution of mean 0.
  public static func normal(
    _ shape: [Int], standardDeviation: Double, from stream: inout RandomStream
  ) throws(TorchError) -> Tensor {
    var values = [Float](repeating: 0, count: shape.reduce(1, *))
    for i in values.indices { values[i] = Float(standardDeviation * stream.normal()) }
    return try Tensor(values, shape: shape)
  }

  /// Independent draws from a uniform distribution over [-bound, bound).
  public static func uniform(
    _ shape: [Int], bound: Double, from stream: inout RandomStream
  ) throws(TorchError) -> Tensor {
    var values = [Float](repeating: 0, count: shape.reduce(1, *))
    for i in values.indices { values[i] = Float(stream.uniform(in: -bound...bound)) }
    return try Tensor(values, shape: shape)
  }
}
