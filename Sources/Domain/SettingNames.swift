import Core

/// The settings that code outside the methods knows by name.
///
/// A method's schema declares its settings. The names here are those that schedules, records
/// and comparisons also look up.
package enum SettingName {
  /// Passes over the images. Every trained method has it.
  public static let epochs = "epochs"
  /// Epochs, or their share of all, over which the learning rate rises.
  public static let learningRateWarmup = "learning_rate_warmup"
  /// Layers of the residual network, as text: "18", "34", "50".
  public static let depth = "depth"
  /// Channels of the residual network's first stage.
  public static let width = "width"
  /// Side of a view in pixels; 0 for the side of the images.
  public static let viewSize = "view_size"

  /// The width of the published residual networks.
  public static let publishedWidth = 64

  /// The settings that matter most for what a network learns and costs, the most important
  /// first. Comparisons list differing settings in this order.
  public static let byImportance = [
    epochs, "warmup_epochs", depth, width, "stem", viewSize, "pretext", "batch_size", "optimiser",
    "learning_rate", "schedule", "copies", "restarts", "iterations",
  ]
}

/// Resolved settings of a run, by name: every setting of its method, defaults included.
extension [String: SettingValue] {
  /// The number of training epochs; nil for a method without epochs.
  public var epochs: Int? { integer(SettingName.epochs) }

  /// The width of the residual network; nil for a method without one.
  public var width: Int? { integer(SettingName.width) }

  /// The layers of the residual network, "18" or "34"; nil for a method without one.
  public var depth: String? {
    guard case .text(let depth)? = self[SettingName.depth] else { return nil }
    return depth
  }

  /// The residual network as papers name it, "ResNet-18" or "ResNet-18 of width 32"; nil for a
  /// method without one.
  public var backbone: String? {
    guard let depth else { return nil }
    guard let width, width != SettingName.publishedWidth else { return "ResNet-\(depth)" }
    return "ResNet-\(depth) of width \(width)"
  }

  /// Height and width in pixels of what the network sees.
  /// - Parameter imageSize: the side of the images, which is used if no view size is set.
  public func viewSize(ofImages imageSize: Int) -> Int {
    guard let size = integer(SettingName.viewSize), size > 0 else { return imageSize }
    return size
  }

  private func integer(_ name: String) -> Int? {
    guard case .integer(let value)? = self[name] else { return nil }
    return value
  }
}
