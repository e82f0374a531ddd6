import Core
import Records

/// What a cell's networks were and saw, as the recorded settings say.
extension ResultCell {
  /// Height and width of the network's input in pixels: the method's own `view_size`, where it has one,
  /// or the image's.
  var viewSize: Int? {
    guard let record = records.first else { return nil }
    if case .integer(let size)? = record.settings["view_size"], size > 0 { return size }
    return record.protocol.imageSize
  }

  /// "ResNet-18", "ResNet-18 of width 32"; nil for a method without a residual network.
  var backbone: String? {
    guard let settings = records.first?.settings, case .text(let depth)? = settings["depth"] else {
      return nil
    }
    // The published networks have 64 channels in their first stage.
    guard case .integer(let width)? = settings["width"], width != 64 else {
      return "ResNet-\(depth)"
    }
    return "ResNet-\(depth) of width \(width)"
  }
}
