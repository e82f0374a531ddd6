import HDF5
import Torch

/// One case of a parity file: an operation, its settings and inputs, and the expected outputs that
/// another program computed.
///
/// Layout of `/cases/<name>`: attributes `op` (the operation), `tolerance` and the operation's
/// scalar settings; data sets `in/<input>` and `out/<output>`, float32 and row-major unless an
/// operation says otherwise. Case files are input, so everything read from them is checked; an
/// error refuses the case and nothing else.
struct ParityCase {
  /// The case's group in `/cases`.
  let name: String
  /// The attribute `op`, such as "loss.ntxent".
  let operation: String
  /// The largest error with which the case passes, in the measure of its operation.
  let tolerance: Double
  private let group: HDF5Group

  /// - Throws: `HDF5Error` if the group or one of its two required attributes is missing.
  init(_ name: String, in cases: HDF5Group) throws {
    self.name = name
    group = try cases.group(name)
    operation = try group.stringAttribute("op")
    tolerance = try group.attribute("tolerance")
  }

  // MARK: Settings

  /// A setting as a number.
  func number(_ name: String) throws -> Double { try group.attribute(name) }

  /// A setting as an integer of any size.
  func integer(_ name: String) throws -> Int { Int(try group.attribute(name, as: Int64.self)) }

  /// A setting as an integer in a range that the operation can take.
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

  /// A setting as text.
  func text(_ name: String) throws -> String { try group.stringAttribute(name) }

  // MARK: Inputs

  /// The elements of an input, row-major.
  func values<Element: HDF5Element>(_ name: String, as _: Element.Type = Element.self) throws
    -> [Element]
  {
    try group.dataSet("in/" + name).read()
  }

  /// The shape of an input with `rank` dimensions, none of them 0.
  /// - Throws: `ParityError.wrongShape`.
  func shape(_ name: String, rank: Int) throws -> [Int] {
    let shape = try group.dataSet("in/" + name).shape
    guard shape.count == rank, shape.allSatisfy({ $0 > 0 }) else {
      throw ParityError.wrongShape(
        case: self.name, input: name, found: shape, expected: "\(rank) dimensions")
    }
    return shape
  }

  /// A float32 input with `rank` dimensions.
  /// - Throws: `ParityError.wrongShape`.
  func tensor(_ name: String, rank: Int = 2) throws -> Tensor {
    let (values, shape) = (try values(name, as: Float.self), try shape(name, rank: rank))
    return try Torch.checked { Tensor(values, shape: shape).to(ParityFile.device) }
  }

  /// A float32 input with `rank` dimensions that requires a gradient.
  /// - Throws: `ParityError.wrongShape`.
  func leaf(_ name: String, rank: Int = 2) throws -> Tensor {
    try tensor(name, rank: rank).settingRequiresGradient()
  }

  /// An int64 input of indices or classes, each below a million.
  /// - Throws: `ParityError.outOfRange`.
  func indices(_ name: String) throws -> Tensor {
    Tensor(try positions(name)).to(ParityFile.device)
  }

  /// The same as integers.
  /// - Throws: `ParityError.outOfRange`.
  func positions(_ name: String) throws -> [Int] {
    let indices = try values(name, as: Int64.self).map(Int.init)
    if let wrong = indices.first(where: { !(0..<1_000_000).contains($0) }) {
      throw ParityError.outOfRange(
        case: self.name, name: name, value: wrong, expected: "0 to 999999")
    }
    return indices
  }

  /// A uint8 input [H, W, 3] as a batch [1, H, W, 3].
  /// - Throws: `ParityError.wrongShape`.
  func image(_ name: String) throws -> Tensor {
    let shape = try shape(name, rank: 3)
    guard shape[2] == 3 else {
      throw ParityError.wrongShape(
        case: self.name, input: name, found: shape, expected: "three channels")
    }
    let bytes = try values(name, as: UInt8.self)
    return try Torch.checked { Tensor(bytes, shape: [1] + shape).to(ParityFile.device) }
  }

  /// All data sets below a group of the inputs, by path with dots for slashes:
  /// "layer1.0.conv1.weight".
  func tensors(below path: String) throws -> [String: Tensor] {
    let tensors = try NamedDataSets(group.group("in/" + path), of: name)
    return try Dictionary(
      uniqueKeysWithValues: tensors.names.map { ($0, try tensors.tensor($0)) })
  }

  // MARK: Comparison

  /// The error of losses, gradients, networks and optimisers: ||got - expected|| /
  /// max(||expected||, 1e-12).
  /// - Parameter expected: the name of the output.
  /// - Throws: `ParityError.wrongCount`.
  func relativeError(_ got: Tensor, _ expected: String) throws -> Double {
    try relativeError(got.floats().map(Double.init), expected)
  }

  /// The same for numbers.
  func relativeError(_ got: [Double], _ expected: String) throws -> Double {
    let pairs = try paired(got, expected)
    let difference = pairs.reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let norm = pairs.reduce(0) { $0 + $1.1 * $1.1 }
    return difference.squareRoot() / max(norm.squareRoot(), 1e-12)
  }

  /// The largest relative error of a loss, of its parts and of its gradients. It runs the backward pass
  /// of `loss`.
  /// - Parameters:
  ///   - loss: compared with the output of this name.
  ///   - name: that output.
  ///   - parts: other outputs with their names.
  ///   - gradients: leaves with the names of their expected gradients. A leaf without a gradient gives
  ///     infinity.
  func error(
    of loss: Tensor, named name: String = "loss",
    parts: [(expected: String, got: Tensor)] = [],
    gradients: [(expected: String, leaf: Tensor)]
  ) throws -> Double {
    try loss.backward()
    let worst = try parts.reduce(relativeError(loss, name)) { worst, part in
      try largest(worst, relativeError(part.got, part.expected))
    }
    return try gradients.reduce(worst) { worst, gradient in
      try largest(
        worst, gradient.leaf.gradient.map { try relativeError($0, gradient.expected) } ?? .infinity)
    }
  }

  /// The error of metrics, labels and augmented images: max |got - expected|.
  /// - Throws: `ParityError.wrongCount`.
  func largestError(_ got: [Double], _ expected: String) throws -> Double {
    try paired(got, expected).reduce(0) { largest($0, abs($1.0 - $1.1)) }
  }

  /// The error of decoded images, in grey levels: mean |got - expected|.
  /// - Throws: `ParityError.wrongCount`.
  func meanError(_ got: [Double], _ expected: String) throws -> Double {
    let pairs = try paired(got, expected)
    return pairs.reduce(0) { $0 + abs($1.0 - $1.1) } / Double(max(1, pairs.count))
  }

  /// The values with the expected ones of the same index.
  private func paired(_ got: [Double], _ expected: String) throws -> [(Double, Double)] {
    let values: [Double] = try group.dataSet("out/" + expected).read()
    guard values.count == got.count else {
      throw ParityError.wrongCount(
        case: name, output: expected, expected: values.count, found: got.count)
    }
    return Array(zip(got, values))
  }
}

/// The largest of several errors, and NaN if one of them is NaN: `max` alone would drop it, and the
/// case would pass.
func largest(_ errors: Double...) -> Double {
  errors.contains(where: \.isNaN) ? .nan : errors.max() ?? 0
}

/// Why a case or a trajectory cannot be evaluated. The description starts with its name.
package enum ParityError: Error, Hashable, Sendable, CustomStringConvertible {
  /// An output has another number of elements than the operation computes.
  case wrongCount(case: String, output: String, expected: Int, found: Int)
  /// A setting has a value that the operation does not know, such as another optimiser.
  case unknownValue(case: String, name: String, value: String)
  /// A number is outside the range that the operation can take.
  case outOfRange(case: String, name: String, value: Int, expected: String)
  /// An input has a shape that the operation cannot take.
  case wrongShape(case: String, input: String, found: [Int], expected: String)
  /// The file is HDF5 but has neither cases nor trajectories.
  case noCases(file: String)
  /// A group or data set that a trajectory must have is absent.
  case missing(case: String, object: String)
  /// An object is larger than any case or trajectory needs. A compressed file may claim far more
  /// than it holds.
  case tooLarge(case: String, object: String)
  /// The content contradicts itself or the layout.
  case malformed(case: String, problem: String)
  /// The file has a tensor or loss term that our method does not have.
  case unknownTensor(case: String, object: String)

  package var description: String {
    switch self {
    case .wrongCount(let name, let output, let expected, let found):
      "\(name): expected \(expected) values of '\(output)', computed \(found)"
    case .unknownValue(let name, let setting, let value):
      "\(name): unknown \(setting) '\(value)'"
    case .outOfRange(let name, let setting, let value, let expected):
      "\(name): \(setting) cannot be \(value): it takes \(expected)"
    case .wrongShape(let name, let input, let found, let expected):
      "\(name): '\(input)' has shape \(found), expected \(expected)"
    case .noCases(let file):
      "'\(file)' is not a parity file: it has no group /cases or /trajectories"
    case .missing(let name, let object): "\(name): \(object) is missing"
    case .tooLarge(let name, let object): "\(name): \(object) is too large"
    case .malformed(let name, let problem): "\(name): \(problem)"
    case .unknownTensor(let name, let object): "\(name): the method has no \(object)"
    }
  }
}
