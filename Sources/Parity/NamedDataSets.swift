import HDF5
import Torch

/// The data sets below a group, by path with dots for slashes, which is how our networks and
/// memories name their tensors: `initial/backbone/conv1/weight` is "backbone.conv1.weight".
///
/// Names are collected at once; values are read when asked for.
struct NamedDataSets {
  private let dataSets: [String: HDF5DataSet]
  /// The case or trajectory, for errors.
  private let owner: String

  /// - Parameters:
  ///   - group: is searched to a depth of 12, for up to 10,000 objects.
  ///   - owner: the case or trajectory, for errors.
  ///   - leavingOut: a subgroup of the first level that is not searched.
  /// - Throws: `ParityError.tooLarge` beyond these limits, as for groups that link to themselves.
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

  /// Sorted.
  var names: [String] { dataSets.keys.sorted() }

  func contains(_ name: String) -> Bool { dataSets[name] != nil }

  /// Those whose names begin with `prefix`, named without it.
  func below(_ prefix: String) -> NamedDataSets {
    var below: [String: HDF5DataSet] = [:]
    for (name, dataSet) in dataSets where name.hasPrefix(prefix) {
      below[String(name.dropFirst(prefix.count))] = dataSet
    }
    return NamedDataSets(below, of: owner)
  }

  /// Those whose names do not begin with `prefix`.
  func without(_ prefix: String) -> NamedDataSets {
    NamedDataSets(dataSets.filter { !$0.key.hasPrefix(prefix) }, of: owner)
  }

  /// A data set as a float32 tensor of the same shape.
  /// - Throws: `ParityError.missing`, `.tooLarge`.
  func tensor(_ name: String) throws -> Tensor {
    let dataSet = try dataSet(name)
    let values = try dataSet.read(as: Float.self)
    return try Torch.checked { Tensor(values, shape: dataSet.shape) }
  }

  /// Copies a data set into a tensor of a method, in place.
  /// - Throws: `ParityError.wrongShape` if the shapes differ; `.outOfRange` for an integer that is
  ///   not in 0..<1,000,000, since integers are indices.
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
      source = Tensor(values).reshaped(tensor.shape)
    } else {
      source = try self.tensor(name)
    }
    try Torch.checked { Torch.withoutGradients { tensor.copy(from: source) } }
  }

  /// The recorded values with those of `tensor`, for the rows that are recorded. The attribute
  /// `row_step` of a data set says that it has every n-th row of a large tensor: 0, n, 2n, ...
  /// - Throws: `ParityError.wrongShape` if the rows do not fit.
  func pairs(_ name: String, with tensor: Tensor) throws -> [(got: Double, expected: Double)] {
    let dataSet = try dataSet(name)
    let got = try rows(of: dataSet, in: tensor.shape, named: name, tensor.detached().floats())
    let expected = try dataSet.read(as: Double.self)
    return zip(got, expected).map { (Double($0), $1) }
  }

  /// The values that `initial` has in those rows that this group's data set `name` has. Used for
  /// the change of a parameter whose final value is recorded in part.
  func matching(_ name: String, in initial: NamedDataSets) throws -> [Double] {
    let whole = try initial.dataSet(name)
    return try rows(of: dataSet(name), in: whole.shape, named: name, whole.read(as: Double.self))
  }

  /// The tolerance of a data set that has its own, else nil.
  func tolerance(of name: String) throws -> Double? {
    let dataSet = try dataSet(name)
    return try dataSet.hasAttribute("tolerance") ? dataSet.attribute("tolerance") : nil
  }

  /// Every `row_step`-th row of a tensor.
  /// - Parameters:
  ///   - dataSet: has the attribute `row_step`, or all rows.
  ///   - shape: of the whole tensor.
  ///   - values: of the whole tensor, row-major.
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

  /// - Throws: `ParityError.missing`, `.tooLarge`.
  private func dataSet(_ name: String) throws -> HDF5DataSet {
    guard let dataSet = dataSets[name] else {
      throw ParityError.missing(case: owner, object: name)
    }
    try requireReadable(dataSet, of: owner)
    return dataSet
  }
}

/// Checks that a data set has at most 2^27 elements. A compressed one may claim a thousand times
/// what the file holds, and reading it would exhaust memory.
/// - Throws: `ParityError.tooLarge`.
func requireReadable(_ dataSet: HDF5DataSet, of owner: String) throws {
  guard dataSet.count <= 1 << 27 else {
    throw ParityError.tooLarge(case: owner, object: dataSet.path)
  }
}
