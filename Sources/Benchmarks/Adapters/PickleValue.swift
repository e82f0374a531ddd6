/// A value of a pickle, restricted to the kinds in CIFAR's files.
///
/// Nesting is bounded: lists contain numbers and strings, and tuples are at most four deep.
/// Releasing a value therefore needs little stack.
enum PickleValue {
  case none
  case boolean(Bool)
  case integer(Int)
  /// Bytes: strings of Python 2 have no encoding.
  case string([UInt8])
  case list(PickleList)
  case dictionary(PickleDictionary)
  /// A tuple with its depth: 1 without tuples in it.
  indirect case tuple([PickleValue], depth: Int)
  /// A name of NumPy: "numpy dtype".
  case global(String)
  /// A call of a name, which is not executed.
  case object(PickleObject)

  /// The value, if it is an integer.
  var integer: Int? {
    if case .integer(let value) = self { value } else { nil }
  }

  /// The value as UTF-8, if it is a string.
  var text: String? {
    if case .string(let bytes) = self { String(decoding: bytes, as: UTF8.self) } else { nil }
  }

  /// The elements, if it is a tuple.
  var tuple: [PickleValue]? {
    if case .tuple(let values, _) = self { values } else { nil }
  }

  /// Whether a list may contain it.
  var isPlain: Bool {
    switch self {
    case .integer, .string: true
    default: false
    }
  }

  /// How deeply tuples are nested in it; 0 if it is not a tuple.
  var tupleDepth: Int {
    if case .tuple(_, let depth) = self { depth } else { 0 }
  }
}

/// A list. It is a class because pickles append to it after adding it to a dictionary.
final class PickleList {
  var values: [PickleValue] = []

  /// The values, if all are numbers.
  var integers: [Int]? {
    let integers = values.compactMap(\.integer)
    return integers.count == values.count ? integers : nil
  }

  /// The values, if all are strings.
  var texts: [String]? {
    let texts = values.compactMap(\.text)
    return texts.count == values.count ? texts : nil
  }
}

/// A dictionary with string keys.
final class PickleDictionary {
  var values: [String: PickleValue] = [:]

  /// The list under a key; nil if there is none or the value is not a list.
  func list(_ key: String) -> PickleList? {
    if case .list(let list)? = values[key] { list } else { nil }
  }

  /// The array of bytes under a key; nil if there is none or the value is not one.
  func array(_ key: String) -> PickleArray? {
    if case .object(let object)? = values[key] { PickleArray(object) } else { nil }
  }
}

/// A call of a NumPy constructor as data. It is never executed.
final class PickleObject {
  /// The name that would be called, and with which arguments.
  let constructor: String
  let arguments: [PickleValue]
  /// The tuple that would be passed to the object's `__setstate__`.
  var state: [PickleValue] = []

  init(constructor: String, arguments: [PickleValue]) {
    self.constructor = constructor
    self.arguments = arguments
  }
}

/// A NumPy array of bytes with two axes, as `ndarray.__reduce__` pickles it.
struct PickleArray {
  let rows: Int
  let columns: Int
  /// [rows, columns] in row-major order.
  let bytes: [UInt8]

  /// Nil unless the object has NumPy's state of such an array: (version, shape, type, whether
  /// in column-major order, bytes). The type must be "u1", and the bytes must fill the shape.
  init?(_ object: PickleObject) {
    guard object.constructor == "numpy.core.multiarray _reconstruct", object.state.count == 5,
      let shape = object.state[1].tuple?.compactMap(\.integer), shape.count == 2,
      case .object(let type) = object.state[2], type.constructor == "numpy dtype",
      type.arguments.first?.text == "u1",
      case .boolean(let isByColumns) = object.state[3], case .string(let stored) = object.state[4],
      shape.allSatisfy({ $0 >= 0 }), !shape[0].multipliedReportingOverflow(by: shape[1]).overflow,
      stored.count == shape[0] * shape[1]
    else { return nil }
    let (rows, columns) = (shape[0], shape[1])
    self.rows = rows
    self.columns = columns
    bytes =
      isByColumns
      ? [UInt8](unsafeUninitializedCapacity: stored.count) { buffer, filled in
        for row in 0..<rows {
          for column in 0..<columns { buffer[row * columns + column] = stored[column * rows + row] }
        }
        filled = stored.count
      } : stored
  }
}
