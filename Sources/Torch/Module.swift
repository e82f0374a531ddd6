/// A tensor and the name under which files know it.
public typealias NamedTensor = (name: String, tensor: Tensor)

/// A part of a network: its own tensors and the parts that it is made of.
///
/// A layer lists its tensors, and a network its layers. Names follow from both: "encoder.0.weight".
///
/// ```swift
/// struct Network: Module {
///   let encoder: Linear
///   let centres: Tensor  // [K, D]
///
///   var ownParameters: [NamedTensor] { [("centres", centres)] }
///   var children: [(name: String, module: any Module)] { [("encoder", encoder)] }
/// }
/// ```
public protocol Module {
  /// What the optimiser learns.
  var ownParameters: [NamedTensor] { get }
  /// What is kept but not learnt: running statistics.
  var ownBuffers: [NamedTensor] { get }
  /// The parts, each under a name that no other part has.
  var children: [(name: String, module: any Module)] { get }
}

extension Module {
  public var ownParameters: [NamedTensor] { [] }
  public var ownBuffers: [NamedTensor] { [] }
  public var children: [(name: String, module: any Module)] { [] }

  /// All parameters with their full names ("layer1.0.conv1.weight"), in a fixed order.
  public var parameters: [NamedTensor] { collect(\.ownParameters) }

  /// All buffers with their full names, in a fixed order.
  public var buffers: [NamedTensor] { collect(\.ownBuffers) }

  /// Parameters and buffers: what a file has to hold.
  public var state: [NamedTensor] { parameters + buffers }

  private func collect(_ own: (any Module) -> [NamedTensor]) -> [NamedTensor] {
    own(self)
      + children.flatMap { child in
        child.module.collect(own).map { (name: "\(child.name).\($0.name)", tensor: $0.tensor) }
      }
  }

  /// Copies tensors of the same names into this module's, in place. Other tensors are ignored.
  /// - Parameters:
  ///   - tensors: the saved tensors, by name.
  ///   - prefix: what precedes a name in `tensors`.
  /// - Throws: `StateError` if a name is missing or a shape differs.
  public func load(_ tensors: [String: Tensor], prefix: String = "") throws {
    try Torch.checked {
      try Torch.withoutGradients {
        for (name, tensor) in state {
          guard let source = tensors[prefix + name] else { throw StateError.missing(prefix + name) }
          guard source.shape == tensor.shape else {
            throw StateError.shape(prefix + name, expected: tensor.shape, found: source.shape)
          }
          tensor.copy(from: source)
        }
      }
    }
  }
}

/// Why saved tensors do not fit a network.
///
///     do {
///       try network.load(saved)
///     } catch StateError.missing(let name) {
///       print("no tensor '\(name)' was saved")
///     }
public enum StateError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A tensor of this name is needed, and there is none.
  case missing(String)
  /// The saved tensor of this name has another shape.
  case shape(String, expected: [Int], found: [Int])
  /// The saved tensor of this name has values that no training gives it.
  case impossible(String)

  public var description: String {
    switch self {
    case .missing(let name): "the tensor '\(name)' is missing"
    case .shape(let name, let expected, let found):
      "the tensor '\(name)' has the shape \(found), not \(expected)"
    case .impossible(let name): "the tensor '\(name)' has impossible values"
    }
  }
}
