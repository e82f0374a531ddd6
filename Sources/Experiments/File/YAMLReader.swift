import Core
import Foundation
import Yams

/// A place in a YAML file, with what an error message about it needs: the file, the line and the
/// path of keys.
///
/// Methods that read one value throw `ExperimentError.invalid` for a value that is not accepted.
/// Methods that read several values note such errors in `mistakes` and continue, so that a user
/// sees all mistakes of a file at once.
struct YAMLReader {
  let file: String
  /// The value as Yams parsed it, with its line.
  let node: Node
  /// The keys that lead here: "settings.methods.scl".
  let path: String
  /// The mistakes found so far, in all files that are read together.
  let mistakes: MistakeList

  /// Reads a file whose top is a mapping.
  ///
  /// - Throws: `ExperimentError.unreadable` if the file cannot be read; `.invalid` with the line
  ///   for text that is not UTF-8, not YAML, empty, or that expands to too many values.
  static func read(_ file: String, _ mistakes: MistakeList) throws -> YAMLReader {
    guard let data = FileManager.default.contents(atPath: file) else {
      throw ExperimentError.unreadable(file: file, nearest: NearestFile.of(file))
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw ExperimentError.invalid(file: file, line: nil, key: "", problem: "it is not UTF-8 text")
    }
    if let line = AliasGuard.excessiveLine(in: text) {
      throw ExperimentError.invalid(
        file: file, line: line, key: "", problem: "its aliases expand to more than a million values"
      )
    }
    do {
      guard let node = try compose(yaml: text) else {
        throw ExperimentError.invalid(file: file, line: nil, key: "", problem: "it is empty")
      }
      return YAMLReader(file: file, node: node, path: "", mistakes: mistakes)
    } catch let error as YamlError {
      throw invalid(file, error, in: text)
    }
  }

  /// The error of Yams in terms of the file: what the parser says, its line, and a hint at the
  /// usual cause.
  private static func invalid(
    _ file: String, _ error: YamlError, in text: String
  ) -> ExperimentError {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      let hint = SyntaxHint.explanation(problem, line: mark.line, of: text)
      return .invalid(file: file, line: hint.line, key: "", problem: hint.text)
    case .duplicatedKeysInMapping(let duplicates, let context):
      return .invalid(
        file: file, line: context.mark.line,
        key: duplicates.map { "\($0)" }.joined(separator: ", "),
        problem: "this key occurs more than once")
    default:
      return .invalid(file: file, line: nil, key: "", problem: "this is not YAML: \(error)")
    }
  }

  /// The error that `problem` is at this place.
  func invalid(_ problem: String) -> ExperimentError {
    .invalid(file: file, line: node.mark?.line, key: path, problem: problem)
  }

  /// A key of a mapping with the place of its value.
  typealias Entry = (key: String, value: YAMLReader)

  /// The value of a mapping's key; nil where there is none.
  func entry(_ name: String) -> YAMLReader? {
    node.mapping?[Node(name)].map {
      YAMLReader(
        file: file, node: $0, path: path.isEmpty ? name : "\(path).\(name)", mistakes: mistakes)
    }
  }

  /// The entries of a mapping, in the file's order. An unknown key is noted and left out.
  /// - Parameter known: the keys that are accepted here; nil accepts all.
  func entries(known: [String]? = nil) throws -> [Entry] {
    guard let mapping = node.mapping else {
      throw invalid("expected a mapping (key: value), found \(kind)")
    }
    return try mapping.compactMap { key, value in
      guard let name = key.scalar?.string else { throw invalid("a key is not text") }
      let reader = YAMLReader(
        file: file, node: value, path: path.isEmpty ? name : "\(path).\(name)",
        mistakes: mistakes)
      if let known, !known.contains(name) {
        let nearest = nearestName(to: name, among: known)
        mistakes.note(
          .invalid(
            file: file, line: key.mark?.line, key: reader.path,
            problem: "unknown key; "
              + (nearest.map { "did you mean '\($0)'?" }
                ?? "known here: \(known.joined(separator: ", "))")))
        return nil
      }
      return (name, reader)
    }
  }

  /// Reads every entry of a mapping with `body`; what it refuses is noted and left out.
  func mapping<Value>(
    known: [String], _ body: (String, YAMLReader) throws -> Value
  ) throws -> [String: Value] {
    try entries(known: known).reduce(into: [:]) { values, entry in
      if let value = try mistakes.collecting({ try body(entry.key, entry.value) }) {
        values[entry.key] = value
      }
    }
  }

  /// Reads every item of a list with `body`; items that it refuses are noted and left out.
  func eachItem<Result>(_ body: (YAMLReader) throws -> Result) throws -> [Result] {
    try items().compactMap { item in try mistakes.collecting { try body(item) } }
  }

  /// The entries of a mapping whose keys are names that the author chooses. Folders are named after
  /// them, so other characters are noted as mistakes.
  func ownEntries() throws -> [Entry] {
    try entries().filter { name, value in
      guard name.wholeMatch(of: /[a-z0-9-]+/) == nil else { return true }
      mistakes.note(
        value.invalid("'\(name)' is not a valid name: use lower-case letters, digits and '-'"))
      return false
    }
  }

  /// The items of a sequence.
  func items() throws -> [YAMLReader] {
    guard let sequence = node.sequence else { throw invalid("expected a list, found \(kind)") }
    return sequence.enumerated().map {
      YAMLReader(
        file: file, node: $0.element, path: "\(path)[\($0.offset)]", mistakes: mistakes)
    }
  }

  /// The items of a list, or a single value as the only item.
  func oneOrMore() throws -> [YAMLReader] {
    node.scalar == nil ? try items() : [self]
  }

  /// A scalar as it is written, such as `0.10` or `yes`.
  func text() throws -> String {
    guard let scalar = node.scalar else { throw invalid("expected one value, found \(kind)") }
    return scalar.string
  }

  /// A scalar with the type that YAML's core schema gives it; in quotation marks it is text.
  func value() throws -> SettingValue {
    guard let scalar = node.scalar else { throw invalid("expected one value, found \(kind)") }
    return scalar.style == .plain || scalar.style == .any
      ? SettingValue(scalar: scalar.string) : .text(scalar.string)
  }

  /// What to write instead, if the value is in another notation; see `ScalarHint`.
  func hint(whole: Bool) -> String {
    node.scalar.map { ScalarHint.hint(for: $0, whole: whole) } ?? ""
  }

  /// - Throws: `ExperimentError.invalid` with the range for anything else.
  func integer(in range: ClosedRange<Int>) throws -> Int {
    guard case .integer(let number) = try value(), range.contains(number) else {
      throw invalid(
        "'\(try text())' is not a whole number from \(range.lowerBound) to \(range.upperBound)"
          + hint(whole: true))
    }
    return number
  }

  /// - Throws: `ExperimentError.invalid` with the range for anything else. Integers are numbers
  ///   too.
  func number(in range: ClosedRange<Double>) throws -> Double {
    let number: Double? =
      switch try value() {
      case .integer(let integer): Double(integer)
      case .number(let number): number
      default: nil
      }
    guard let number, range.contains(number) else {
      throw invalid(
        "'\(try text())' is not a number from \(range.lowerBound) to \(range.upperBound)"
          + hint(whole: false))
    }
    return number
  }

  /// One of an enumeration's cases.
  func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ type: Choice.Type = Choice.self
  ) throws -> Choice {
    let name = try text()
    if let choice = Choice(rawValue: name) { return choice }
    throw unknown("value", name, among: Choice.allCases.map(\.rawValue))
  }

  /// A name that has to be known.
  ///
  /// - Parameters:
  ///   - what: the kind of name for the message: "benchmark".
  ///   - hint: follows the message, such as where else names come from.
  /// - Throws: `ExperimentError.invalid` with the nearest known name.
  func name(_ what: String, among known: [String], hint: String? = nil) throws -> String {
    let name = try text()
    guard known.contains(name) else { throw unknown(what, name, among: known, hint: hint ?? "") }
    return name
  }

  /// The error for an unknown name, with the nearest known one or with all of them.
  private func unknown(
    _ what: String, _ name: String, among known: [String], hint: String = ""
  ) -> ExperimentError {
    let nearest = nearestName(to: name, among: known)
    return invalid(
      "unknown \(what) '\(name)'; "
        + (nearest.map { "did you mean '\($0)'?" } ?? "known: \(known.joined(separator: ", "))")
        + hint)
  }

  /// The kind of the node for messages: "a list".
  private var kind: String {
    node.mapping != nil ? "a mapping" : node.sequence != nil ? "a list" : "one value"
  }
}
