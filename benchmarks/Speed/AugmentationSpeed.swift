import ArgumentParser
import Foundation
import Torch
import Vision

extension Speed {
  /// The counterpart of benchmarks/torchvision_views.py.
  struct Augment: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Time augmented views: crop, resizing, flip, colours, greyscale, normalisation.")

    @Option(help: "Images per batch.")
    var batch = 128

    @Option(help: "Height and width of images and views in pixels.")
    var imageSize = 32

    @Option(help: "Number of timed batches; the median is reported.")
    var rounds = 15

    @OptionGroup var thread: ThreadOption

    func validate() throws {
      guard batch > 0, imageSize > 0, rounds > 0 else {
        throw ValidationError("--batch, --image-size and --rounds take positive numbers")
      }
    }

    func run() throws {
      thread.apply()
      let images = try noiseImages(batch, side: imageSize)
      let augmentation = try Augmentation(
        settings: AugmentationSettings(), size: imageSize, seed: 0, images: images, on: .cpu)
      let positions = Array(0..<batch)
      var epoch = 0
      func view() throws {
        _ = try augmentation.view(0, of: images, at: positions, epoch: epoch)
          .narrowed(0, to: 0..<1).floats()
        epoch += 1
      }
      for _ in 0..<3 { try view() }
      let seconds = try medianSeconds(of: [view], rounds: rounds)[0]
      print(
        "augment: \(fixed(Double(batch) / seconds, 1)) images/s; \(imageSize) px, batch \(batch), "
          + "\(thread.threads) threads, median of \(rounds)")
    }
  }
}
