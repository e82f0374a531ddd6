import ArgumentParser
import Core
import Experiments
import Figures
import Foundation
import Torch

extension Speed {
  /// What the cost of a step grows with.
  enum Parameter: String, CaseIterable, ExpressibleByArgument {
    case batch, imageSize = "image-size", width, clusters, entries, threads

    /// Where it is measured.
    var values: [Int] {
      switch self {
      case .batch: [16, 32, 64, 128, 256]
      case .imageSize: [32, 48, 64, 96]
      case .width: [16, 32, 48, 64]
      case .clusters: [10, 20, 50, 100, 200]
      case .entries: [10_000, 25_000, 50_000, 100_000]
      case .threads: Array(1...max(1, min(16, Machine.cores)))
      }
    }

    /// The title of the horizontal axis.
    var title: String {
      switch self {
      case .batch: "images per batch"
      case .imageSize: "image size in pixels"
      case .width: "channels of the first stage"
      case .clusters: "clusters"
      case .entries: "entries of the memory bank"
      case .threads: "threads"
      }
    }
  }

  /// Measures how the cost of a step grows, as lines and as a figure.
  struct Growth: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Time a step at several values of one parameter, and draw the curve.",
      discussion: """
        For 'clusters' and 'entries' it is SCL's loss against a memory bank, forward and backward; for \
        the others a training step. The values take turns in every round, and numbers of threads have a \
        process each; the band of the figure is from the fastest to the slowest round.
        """)

    @Argument(help: "batch, image-size, width, clusters, entries or threads.")
    var parameter: Parameter

    @Option(help: "The figure, an SVG file.", completion: .file(extensions: ["svg"]))
    var out: String?

    @Option(
      name: .customLong("values"), help: "Comma-separated values instead of the default ones.")
    var list: String?

    @OptionGroup var step: StepOptions

    private func values() throws -> [Int] {
      guard let list else { return parameter.values }
      let values = list.split(separator: ",").map { Int($0) ?? 0 }
      guard !values.isEmpty, values.allSatisfy({ $0 > 0 }) else {
        throw ValidationError("--values takes positive numbers separated by commas")
      }
      return values.sorted()
    }

    func run() throws {
      let values = try values()
      let points =
        try parameter == .threads && values.count > 1 ? values.map(alone) : together(values)
      for (value, point) in zip(values, points) {
        print(
          "\(parameter.rawValue) \(value): \(fixed(point.mean, 1)) ms (\(fixed(point.low, 1)) to "
            + "\(fixed(point.high, 1))); otherwise \(step.conditions)")
      }
      guard let out else { return }
      let chart = CurveChart(
        title: "Milliseconds of a step by \(parameter.title), \(Machine.name(of: step.device))",
        xTitle: parameter.title,
        panels: [
          .init(
            title: "ms per step", series: [.init(name: "step", points: points)], startsAtZero: true)
        ])
      try AtomicFile.write(Data(chart.figure.file.utf8), to: out)
    }

    /// The times at all values, which take turns; of threads there is a single one.
    private func together(_ values: [Int]) throws -> [CurveChart.Point] {
      step.thread.apply()
      if parameter == .threads { Torch.threads = values[0] }
      let bodies = try values.map(body)
      for body in bodies { try body() }
      return zip(values, try seconds(of: bodies, rounds: step.steps)).map { value, times in
        let sorted = times.sorted().map { $0 * 1000 }
        return CurveChart.Point(
          x: Double(value), mean: sorted[sorted.count / 2], low: sorted[0],
          high: sorted[sorted.count - 1])
      }
    }

    /// The times at one number of threads in a process of its own: where the number changes within a process, steps
    /// take longer than where it never did.
    private func alone(_ value: Int) throws -> CurveChart.Point {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/proc/self/exe")
      process.arguments = CommandLine.arguments.dropFirst() + ["--values", "\(value)"]
      let pipe = Pipe()
      process.standardOutput = pipe
      try process.run()
      let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      guard let times = output.firstMatch(of: /: ([\d.]+) ms \(([\d.]+) to ([\d.]+)\)/),
        let mean = Double(times.1), let low = Double(times.2), let high = Double(times.3)
      else { throw ExitCode.failure }
      return CurveChart.Point(x: Double(value), mean: mean, low: low, high: high)
    }

    /// One step with the parameter at `value`.
    private func body(at value: Int) throws -> () throws -> Void {
      switch parameter {
      case .clusters, .entries:
        var bank = Bank()
        bank.step = step
        (bank.entries, bank.dimensions, bank.clusters) = (100_000, 128, 10)
        if parameter == .clusters { bank.clusters = value } else { bank.entries = value }
        let parts = try SCLBankParts(bank)
        return parts.loss
      case .batch, .imageSize, .width, .threads:
        var shape = step.shape
        if parameter == .imageSize { shape.imageSize = value }
        if parameter == .width { shape.width = value }
        let training = TrainingStep(
          shape, batch: parameter == .batch ? value : step.batch, on: step.device,
          precision: step.precision.resolved(on: step.device))
        return training.run
      }
    }
  }
}
