import CYaml

/// Refuses YAML whose aliases expand to too many values. An alias stands for all that its anchor
/// has, so a few lines of aliases of aliases expand to more values than could be compared in a
/// lifetime. The guard counts them from the parser's events, before any node is made.
struct AliasGuard {
  /// More than any experiment file has.
  private static let mostValues = 1_000_000

  /// A list or a mapping that is not closed yet.
  private struct Open {
    let anchor: String?
    var values: Int
  }

  /// Lists and mappings around the current place, outermost first.
  private var open: [Open] = []
  /// The values of each anchor's node, aliases counted as what they stand for.
  private var anchors: [String: Int] = [:]
  /// Values so far, aliases expanded.
  private var total = 0

  /// The line at which the text has expanded to too many values; nil if it never does. Other
  /// mistakes in the text are left to the parser that makes the nodes.
  static func excessiveLine(in text: String) -> Int? {
    var parser = yaml_parser_t()
    guard yaml_parser_initialize(&parser) == 1 else { return nil }
    defer { yaml_parser_delete(&parser) }
    var text = text
    return text.withUTF8 { bytes in
      yaml_parser_set_input_string(&parser, bytes.baseAddress, bytes.count)
      var guardian = AliasGuard()
      var event = yaml_event_t()
      while yaml_parser_parse(&parser, &event) == 1 {
        defer { yaml_event_delete(&event) }
        if event.type == YAML_STREAM_END_EVENT { return nil }
        guardian.take(event)
        if guardian.total > mostValues { return Int(event.start_mark.line) + 1 }
      }
      return nil
    }
  }

  /// Counts the values that an event stands for.
  private mutating func take(_ event: yaml_event_t) {
    switch event.type {
    case YAML_ALIAS_EVENT: add(anchors[Self.name(event.data.alias.anchor) ?? ""] ?? 1, to: nil)
    case YAML_SCALAR_EVENT: add(1, to: Self.name(event.data.scalar.anchor))
    case YAML_SEQUENCE_START_EVENT:
      open.append(Open(anchor: Self.name(event.data.sequence_start.anchor), values: 1))
    case YAML_MAPPING_START_EVENT:
      open.append(Open(anchor: Self.name(event.data.mapping_start.anchor), values: 1))
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
      guard let ended = open.popLast() else { return }
      if let anchor = ended.anchor { anchors[anchor] = ended.values }
      if !open.isEmpty { open[open.count - 1].values += ended.values }
      total += 1
    default: break
    }
  }

  /// Adds values to the total, to the open list or mapping, and to the anchor.
  private mutating func add(_ values: Int, to anchor: String?) {
    if let anchor { anchors[anchor] = values }
    if !open.isEmpty { open[open.count - 1].values += values }
    total += values
  }

  private static func name(_ anchor: UnsafeMutablePointer<UInt8>?) -> String? {
    anchor.map { String(cString: $0) }
  }
}
