import HDF5
import Torch

/// One case of a parity file: an operation, its settings, its inputs and what another program got.
struct ParityCase {
  let name: String
  let operation: String
  let tolerance: Double
  private let group: HDF5Group

  init(_ name: String, in cases: HDF5Group) throws {
    self.name = name
    group = try cases.group(name)
    operation = try group.stringAttribute("op")
    tolerance = try group.attribute("tolerance")
  }

  // MARK: Settings

  func number(_ name: String) throws -> Double { try group.attribute(name) }

  func integer(_ name: String) throws -> Int { Int(try group.attribute(name, as: Int64.self)) }

  /// - Throws: `ParityError.outOfRange`.
  func integer(_ name: String, in range: ClosedRange<Int>) throws -> Int {
    let value = try integer(name)
    guard range.contains(value) else {
      throw ParityError.outOfRange(
        case: self.name, name: name, value: value,
        expected: "\(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  func text(_ name: String) throws -> String { try group.stringAttribute(name) }

  // MARK: Inputs

  func values<Element: HDF5Element>(_ name: String, as _: Element.Type = Element.self) throws
    -> [Element]
  {
    try group.dataSet("in/" + name).read()
  }

  /// The shape of an input of `rank` dimensions, none of them empty.
  /// - Throws: `ParityError.wrongShape`.
  func shape(_ name: String, rank: Int) throws -> [Int] {
    let shape = try group.dataSet("in/" + name).shape
    guard shape.count == rank, shape.allSatisfy({ $0 > 0 }) else {
      throw ParityError.wrongShape(
        case: self.name, input: name, found: shape, expected: "\(rank) dimensions")
    }
    return shape
  }

  /// A float32 input of `rank` dimensions.
  func tensor(_ name: String, rank: Int = 2) throws -> Tensor {
    try Tensor(values(name, as: Float.self), shape: shape(name, rank: rank))
  }

  /// A float32 input of `rank` dimensions that gradients are asked of.
  func leaf(_ name: String, rank: Int = 2) throws -> Tensor {
    try tensor(name, rank: rank).settingRequiresGradient()
  }

  /// An input of indices or classes, below a million.
  func indices(_ name: String) throws -> Tensor {
    let indices = try values(name, as: Int64.self).map(Int.init)
    if let wrong = indices.first(where: { !(0..<1_000_000).contains($0) }) {
      throw ParityError.outOfRange(
        case: self.name, name: name, value: wrong, expected: "0 to 999999")
    }
    return try Tensor(indices)
  }

  /// A uint8 [H, W, 3] input as a batch of one.
  func image(_ name: String) throws -> Tensor {
    let shape = try shape(name, rank: 3)
    guard shape[2] == 3 else {
      throw ParityError.wrongShape(
        case: self.name, input: name, found: shape, expected: "three channels")
    }
    return try Tensor(values(name, as: UInt8.self), shape: [1] + shape)
  }

  /// Every data set below a group of the inputs, under its path with dots: "layer1.0.conv1.weight".
  func tensors(below path: String) throws -> [String: Tensor] {
    let tensors = try NamedDataSets(group.group("in/" + path), of: name)
    return try Dictionary(
      uniqueKeysWithValues: tensors.names.map { ($0, try tensors.tensor($0)) })
  }

  // MARK: Comparison

  /// ||got - expected|| / max(||expected||, 1e-12)
  func relativeError(_ got: Tensor, _ expected: String) throws -> Double {
    try relativeError(got.floats().map(Double.init), expected)
  }

  func relativeError(_ got: [Double], _ expected: String) throws -> Double {
    let pairs = try paired(got, expected)
    let difference = pairs.reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let norm = pairs.reduce(0) { $0 + $1.1 * $1.1 }
    return difference.squareRoot() / max(norm.squareRoot(), 1e-12)
  }

  /// max |got - expected|
  func largestError(_ got: [Double], _ expected: String) throws -> Double {
    try paired(got, expected).reduce(0) { largest($0, abs($1.0 - $1.1)) }
  }

  /// mean |got - expected|
  func meanError(_ got: [Double], _ expected: String) throws -> Double {
    let pairs = try paired(got, expected)
    return pairs.reduce(0) { $0 + abs($1.0 - $1.1) } / Double(max(1, pairs.count))
  }

  private func paired(_ got: [Double], _ expected: String) throws -> [(Double, Double)] {
    let values: [Double] = try group.dataSet("out/" + expected).read()
    guard values.count == got.count else {
      throw ParityError.wrongCount(
        case: name, output: expected, expected: values.count, found: got.count)
    }
    return Array(zip(got, values))
  }
}

/// The larger of two errors, and NaN if either is: a comparison with NaN must not pass.
func largest(_ errors: Double...) -> Double {
  errors.contains(where: \.isNaN) ? .nan : errors.max() ?? 0
}

/// Why a case cannot be run.
public enum ParityError: Error, Hashable, Sendable, CustomStringConvertible {
  case wrongCount(case: String, output: String, expected: Int, found: Int)
  case unknownValue(case: String, name: String, value: String)
  case outOfRange(case: String, name: String, value: Int, expected: String)
  case wrongShape(case: String, input: String, found: [Int], expected: String)
  case noCases(file: String)
  case missing(case: String, object: String)
  case tooLarge(case: String, object: String)
  case malformed(case: String, problem: String)
  /// The file has something that the method does not have.
  case unknownTensor(case: String, object: String)

  public var description: String {
    switch self {
    case .wrongCount(let name, let output, let expected, let found):
      "\(name): '\(output)' has \(expected) values, and \(found) were computed"
    case .unknownValue(let name, let setting, let value):
      "\(name): \(setting) '\(value)' is not known"
    case .outOfRange(let name, let setting, let value, let expected):
      "\(name): \(setting) cannot be \(value): it takes \(expected)"
    case .wrongShape(let name, let input, let found, let expected):
      "\(name): '\(input)' is of \(found), and not of \(expected)"
    case .noCases(let file):
      "'\(file)' has neither a group /cases nor one /trajectories: it is not a parity file"
    case .missing(let name, let object): "\(name): it has no \(object)"
    case .tooLarge(let name, let object): "\(name): \(object) is too large"
    case .malformed(let name, let problem): "\(name): \(problem)"
    case .unknownTensor(let name, let object): "\(name): the method has no \(object)"
    }
  }
}
