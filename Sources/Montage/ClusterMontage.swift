import Benchmarks

/// A picture of sample images of one cluster: a row per class in it, as PNG or SVG.
///
///     let montage = try ClusterMontage(file, title: "cluster 3", [.init("ship 61 %", indices)])
///     try montage.write(to: "cluster-3.png", as: .png)
package struct ClusterMontage {
  /// The images of one class in the cluster.
  package struct Group {
    let label: String
    let indices: [Int]
    let rows: Int

    /// - Parameters:
    ///   - label: the label of its first row.
    ///   - indices: of its images in the benchmark file, in the order of the picture.
    ///   - rows: the number of its rows.
    package init(_ label: String, _ indices: [Int], rows: Int = 1) {
      self.label = label
      self.indices = indices
      self.rows = rows
    }
  }

  private let picture: MontagePicture

  /// Reads the images of the picture. Of a group with more images than fit into its rows, they are sampled at even
  /// intervals, so that the same cluster always gives the same picture.
  /// - Parameters:
  ///   - title: the line above the rows.
  ///   - groups: from top to bottom.
  ///   - perRow: the number of images of a row.
  /// - Throws: `BenchmarkError`.
  package init(
    _ file: BenchmarkFile, title: String, _ groups: [Group], perRow: Int
  ) throws(BenchmarkError) {
    var rows: [MontagePicture.Row] = []
    for group in groups {
      let sample = group.indices.evenly(perRow * group.rows)
      for start in stride(from: 0, to: sample.count, by: perRow) {
        let part = Array(sample[start..<min(start + perRow, sample.count)])
        rows.append(try .init(start == 0 ? group.label : "", part, of: file))
      }
    }
    picture = MontagePicture(title: title, rows: rows, side: file.info.imageSize)
  }

  /// Writes the picture.
  /// - Throws: `BenchmarkError.unwritable`.
  package func write(
    to file: String, as format: ClassMontage.Format
  ) throws(BenchmarkError) {
    try picture.write(to: file, as: format)
  }
}
