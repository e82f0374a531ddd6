import HDF5
import Torch

/// The data sets below a group of a case or trajectory, under their paths with dots for slashes.
struct NamedDataSets {
  private let dataSets: [String: HDF5DataSet]
  private let owner: String

  /// - Parameter leavingOut: a group of the first level that is not entered.
  /// - Throws: `ParityError.tooLarge` for groups that hold one another, or more than a network can have.
  init(_ group: HDF5Group, of owner: String, leavingOut: String? = nil) throws {
    self.owner = owner
    var found: [String: HDF5DataSet] = [:]
    var visited = 0
    func visit(_ group: HDF5Group, _ prefix: String, depth: Int) throws {
      for child in try group.children() where depth > 0 || child != leavingOut {
        visited += 1
        guard depth < 12, visited < 10_000 else {
          throw ParityError.tooLarge(case: owner, object: group.path)
        }
        if try group.containsGroup(child) {
          try visit(try group.group(child), prefix + child + ".", depth: depth + 1)
        } else {
          found[prefix + child] = try group.dataSet(child)
        }
      }
    }
    try visit(group, "", depth: 0)
    dataSets = found
  }

  private init(_ dataSets: [String: HDF5DataSet], of owner: String) {
    self.dataSets = dataSets
    self.owner = owner
  }

  /// In alphabetical order.
  var names: [String] { dataSets.keys.sorted() }

  func contains(_ name: String) -> Bool { dataSets[name] != nil }

  /// Those whose names begin with `prefix`, without it.
  func below(_ prefix: String) -> NamedDataSets {
    var below: [String: HDF5DataSet] = [:]
    for (name, dataSet) in dataSets where name.hasPrefix(prefix) {
      below[String(name.dropFirst(prefix.count))] = dataSet
    }
    return NamedDataSets(below, of: owner)
  }

  /// These but for those whose names begin with `prefix`.
  func without(_ prefix: String) -> NamedDataSets {
    NamedDataSets(dataSets.filter { !$0.key.hasPrefix(prefix) }, of: owner)
  }

  /// A data set's values as float32.
  func tensor(_ name: String) throws -> Tensor {
    let dataSet = try dataSet(name)
    return try Tensor(dataSet.read(as: Float.self), shape: dataSet.shape)
  }

  /// Copies a data set into `tensor`, which it has to have the shape of. Integers have to be below a
  /// million.
  func load(_ name: String, into tensor: Tensor) throws {
    let dataSet = try dataSet(name)
    guard dataSet.shape == tensor.shape else {
      throw ParityError.wrongShape(
        case: owner, input: name, found: dataSet.shape, expected: "\(tensor.shape)")
    }
    let source: Tensor
    if tensor.dtype == .int64 {
      let values = try dataSet.read(as: Int64.self).map(Int.init)
      if let wrong = values.first(where: { !(0..<1_000_000).contains($0) }) {
        throw ParityError.outOfRange(
          case: owner, name: name, value: wrong, expected: "0 to 999999")
      }
      source = try Tensor(values).reshaped(tensor.shape)
    } else {
      source = try self.tensor(name)
    }
    try Torch.withoutGradients { try tensor.copy(from: source) }
  }

  /// A data set's values and those of `tensor` in the rows that it has: every one, or every
  /// `row_step`-th.
  func pairs(_ name: String, with tensor: Tensor) throws -> [(got: Double, expected: Double)] {
    let dataSet = try dataSet(name)
    let got = try rows(of: dataSet, in: tensor.shape, named: name, tensor.detached().floats())
    let expected = try dataSet.read(as: Double.self)
    return zip(got, expected).map { (Double($0), $1) }
  }

  /// The values of `initial` in the rows that the data set `name` has here.
  func matching(_ name: String, in initial: NamedDataSets) throws -> [Double] {
    let whole = try initial.dataSet(name)
    return try rows(of: dataSet(name), in: whole.shape, named: name, whole.read(as: Double.self))
  }

  /// The tolerance of a data set that has its own.
  func tolerance(of name: String) throws -> Double? {
    let dataSet = try dataSet(name)
    return try dataSet.hasAttribute("tolerance") ? dataSet.attribute("tolerance") : nil
  }

  private func rows<Element>(
    of dataSet: HDF5DataSet, in shape: [Int], named name: String, _ values: [Element]
  ) throws -> [Element] {
    let hasStep = try dataSet.hasAttribute("row_step")
    let step = hasStep ? Int(try dataSet.attribute("row_step", as: Int64.self)) : 1
    guard (1...1_000_000).contains(step) else {
      throw ParityError.outOfRange(
        case: owner, name: "row_step of \(name)", value: step, expected: "1 to 1000000")
    }
    let kept = shape.isEmpty ? [] : [(shape[0] + step - 1) / step] + shape.dropFirst()
    guard dataSet.shape == kept else {
      throw ParityError.wrongShape(
        case: owner, input: name, found: dataSet.shape, expected: "\(kept)")
    }
    guard step > 1, let rowCount = shape.first, rowCount > 0 else { return values }
    let size = values.count / rowCount
    return stride(from: 0, to: rowCount, by: step).flatMap {
      values[$0 * size..<($0 + 1) * size]
    }
  }

  private func dataSet(_ name: String) throws -> HDF5DataSet {
    guard let dataSet = dataSets[name] else {
      throw ParityError.missing(case: owner, object: name)
    }
    try requireReadable(dataSet, of: owner)
    return dataSet
  }
}

/// Refuses more values than a trajectory's data sets have, since a packed one may claim a thousand times
/// what the file has.
func requireReadable(_ dataSet: HDF5DataSet, of owner: String) throws {
  guard dataSet.count <= 1 << 27 else {
    throw ParityError.tooLarge(case: owner, object: dataSet.path)
  }
}
