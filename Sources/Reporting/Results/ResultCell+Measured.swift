import Core
import Records

/// What a cell's networks were and saw, as the recorded settings say.
extension ResultCell {
  /// The settings that are not the method's defaults on the benchmark; nil where a record is older than
  /// their list.
  var departures: [Departure]? { records.first?.departures }

  /// Whether the benchmark's raw pixels came as JPEG files.
  var isReEncoded: Bool { benchmarkFile?.pixels == .reEncoded }

  /// Height and width of the network's input in pixels.
  var viewSize: Int? {
    records.first.map { $0.protocol.viewSize(under: $0.settings) }
  }

  /// Whether the method has epochs, of which one counts.
  var trains: Bool { records.first?.timing.imagesPerSecond != nil }

  /// "ResNet-18", "ResNet-18 of width 32"; nil for a method without a residual network.
  var backbone: String? { records.first?.settings.backbone }
}
