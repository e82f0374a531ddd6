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

  func text(_ name: String) throws -> String { try group.stringAttribute(name) }

  // MARK: Inputs

  func values<Element: HDF5Element>(_ name: String, as _: Element.Type = Element.self) throws
    -> [Element]
  {
    try group.dataSet("in/" + name).read()
  }

  func shape(_ name: String) throws -> [Int] { try group.dataSet("in/" + name).shape }

  /// A float32 input.
  func tensor(_ name: String) throws -> Tensor {
    try Tensor(values(name, as: Float.self), shape: shape(name))
  }

  /// A float32 input that gradients are asked of.
  func leaf(_ name: String) throws -> Tensor {
    try tensor(name).settingRequiresGradient()
  }

  /// An input of indices or classes.
  func indices(_ name: String) throws -> Tensor {
    try Tensor(values(name, as: Int64.self).map(Int.init))
  }

  /// A uint8 [H, W, 3] input as a batch of one.
  func image(_ name: String) throws -> Tensor {
    try Tensor(values(name, as: UInt8.self), shape: [1] + shape(name))
  }

  /// Every data set below a group of the inputs, under its path with dots: "layer1.0.conv1.weight".
  func tensors(below path: String) throws -> [String: Tensor] {
    var tensors: [String: Tensor] = [:]
    func visit(_ group: HDF5Group, _ prefix: String) throws {
      for child in try group.children() {
        if try group.containsGroup(child) {
          try visit(try group.group(child), prefix + child + ".")
        } else {
          let data = try group.dataSet(child)
          tensors[prefix + child] = try Tensor(data.read(as: Float.self), shape: data.shape)
        }
      }
    }
    try visit(try group.group("in/" + path), "")
    return tensors
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
  case noCases(file: String)

  public var description: String {
    switch self {
    case .wrongCount(let name, let output, let expected, let found):
      "\(name): '\(output)' has \(expected) values, and \(found) were computed"
    case .unknownValue(let name, let setting, let value):
      "\(name): \(setting) '\(value)' is not known"
    case .noCases(let file): "'\(file)' has no group /cases: it is not a parity file"
    }
  }
}
