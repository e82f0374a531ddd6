import Core
import Domain
import Methods
import Records

/// A row of an experiment's table: a method under its own name, or a variant of one.
public struct MethodRow: Sendable {
  /// The name in files, folders and on the command line.
  public let name: String
  /// The title in tables.
  public let title: String
  /// The method that is run; a variant's is the one that it changes.
  public let method: any ClusteringMethod.Type
  /// What makes a variant; empty for a method under its own name.
  public let settings: [String: SettingValue]

  /// The names by which files speak of the row, the one that counts most last: its method's, a variant's
  /// own, and before a stage's those of what starts from it.
  let namesInFiles: [String]

  /// The changed method's name; nil for a method under its own name.
  public var variantOf: String? {
    name == method.description.name ? nil : method.description.name
  }

  /// A method under its own name.
  public init(_ method: any ClusteringMethod.Type) {
    name = method.description.name
    title = method.description.title
    self.method = method
    settings = [:]
    namesInFiles = [name]
  }

  /// A run that others start from and that is no row of the table.
  /// - Parameters:
  ///   - settings: all of them. The name is made of these, so that others' of the same are the same.
  ///   - otherProtocol: the protocol, where it is another than the method's own; part of the name then.
  ///   - row: what starts from it.
  init(
    stage method: any ClusteringMethod.Type, settings: [String: SettingValue],
    otherProtocol: RunProtocol?, of row: MethodRow
  ) {
    var hash = SHA256Hash()
    for (name, value) in settings.sorted(by: { $0.key < $1.key }) {
      hash.update("\(name)=\(value)\n")
    }
    if let other = otherProtocol {
      hash.update("\(other.train.rawValue) \(other.score.rawValue) \(other.imageSize)\n")
    }
    name = "\(method.description.name)\(Self.stageMark)\(hash.hexadecimal.prefix(8))"
    title = "\(method.description.title), as a stage"
    self.method = method
    self.settings = settings
    namesInFiles = row.namesInFiles + [method.description.name]
  }

  /// In the names of stages and in no other.
  private static let stageMark: Character = "@"

  /// Whether it is a run that others start from and no row of the table.
  public var isStage: Bool { Self.isStage(name) }

  static func isStage(_ name: String) -> Bool { name.contains(stageMark) }

  init(_ variant: Variant, of method: any ClusteringMethod.Type) {
    name = variant.name
    title = variant.title ?? "\(method.description.title): \(variant.name)"
    self.method = method
    settings = variant.settings
    namesInFiles = [method.description.name, name]
  }
}

/// A variant as files describe it.
struct Variant: Sendable {
  let name: String
  let method: String
  var title: String?
  var settings: [String: SettingValue] = [:]
}

extension [Variant] {
  func named(_ name: String) -> Variant? { first { $0.name == name } }

  /// These with others laid over those of the same name.
  func overlaid(with others: [Variant]) -> [Variant] {
    others.reduce(into: self) { variants, other in
      guard let index = variants.firstIndex(where: { $0.name == other.name }) else {
        variants.append(other)
        return
      }
      variants[index].title = other.title ?? variants[index].title
      variants[index].settings.merge(other.settings) { $1 }
    }
  }
}
