import Benchmarks
import Domain

/// The files of a rehearsal in CIFAR's layout: CIFAR-100's if the definition has fine classes,
/// otherwise CIFAR-10's. `CIFARBinaryAdapter` and `CIFARPythonAdapter` describe the layouts.
struct CIFAROriginals {
  /// The rehearsal: its classes, counts and image size.
  let definition: BenchmarkDefinition
  /// The images. Numbers run through all files.
  let series: RehearsalSeries

  /// The contents of one file.
  private struct Batch {
    /// The name without an extension: "data_batch_1".
    let name: String
    /// The class of each image or, with fine classes, its fine class.
    let classes: [Int]
    /// The colour planes of each image, by rows.
    let planes: [[UInt8]]
  }

  /// The batches in the order of their images: training files of equal size, then the test
  /// file. Each has equal numbers of images of each class.
  private func batches() -> [Batch] {
    let training =
      definition.fineClasses == nil ? (1...5).map { "data_batch_\($0)" } : ["train"]
    let test = definition.fineClasses == nil ? "test_batch" : "test"
    let perFile = definition.counts.train / training.count
    let side = definition.imageSize
    var first = 0
    return (training.map { ($0, perFile) } + [(test, definition.counts.test)]).map { name, count in
      let start = first
      first += count
      let classes = series.classes(of: start..<start + count)
      let planes = RehearsalSeries.concurrently(count) { [series] place in
        series.image(start + place, of: classes[place], height: side, width: side).planes()
      }
      return Batch(name: name, classes: classes, planes: planes)
    }
  }

  /// The class of a fine class; without fine classes, itself.
  /// - Parameter fine: an index of `RehearsalSeries.shapes`.
  private func label(of fine: Int) -> Int { definition.fineClasses?.superclasses[fine] ?? fine }

  /// The binary version: records of label bytes and colour planes, and the lists of class names
  /// (batches.meta.txt, or coarse_label_names.txt and fine_label_names.txt).
  func binaryFiles() -> [OriginalFile] {
    let records = batches().map { batch in
      OriginalFile(
        batch.name + ".bin",
        zip(batch.classes, batch.planes).flatMap { fine, planes in
          (definition.fineClasses == nil ? [] : [UInt8(label(of: fine))]) + [UInt8(fine)] + planes
        })
    }
    guard let fine = definition.fineClasses else {
      return records + [OriginalFile("batches.meta.txt", lines: definition.classNames)]
    }
    return records + [
      OriginalFile("coarse_label_names.txt", lines: definition.classNames),
      OriginalFile("fine_label_names.txt", lines: fine.names),
    ]
  }

  /// The Python version: a pickled dictionary per batch, and one with the class names
  /// (batches.meta or meta). The names of files in it are made up.
  func pickles() -> [OriginalFile] {
    let batches = batches().map { batch in
      let labels: [(String, PickleWriter.Value)] =
        definition.fineClasses == nil
        ? [("labels", .integers(batch.classes))]
        : [
          ("fine_labels", .integers(batch.classes)),
          ("coarse_labels", .integers(batch.classes.map(label))),
        ]
      let names = batch.classes.enumerated().map { "\(batch.name)_\($0.offset).png" }
      return OriginalFile(
        batch.name,
        PickleWriter.dictionary(
          [("batch_label", .string("rehearsal \(batch.name)"))] + labels + [
            ("data", .bytes(batch.planes.flatMap(\.self), rows: batch.planes.count)),
            ("filenames", .strings(names)),
          ]))
    }
    guard let fine = definition.fineClasses else {
      let meta = PickleWriter.dictionary([("label_names", .strings(definition.classNames))])
      return batches + [OriginalFile("batches.meta", meta)]
    }
    let meta = PickleWriter.dictionary([
      ("fine_label_names", .strings(fine.names)),
      ("coarse_label_names", .strings(definition.classNames)),
    ])
    return batches + [OriginalFile("meta", meta)]
  }
}

/// The files of a rehearsal in STL-10's layout: colour planes by columns, labels from 1 in
/// separate files, and unlabelled images. `STLBinaryAdapter` describes the layout.
struct STLOriginals {
  /// The rehearsal: its classes, counts and image size.
  let definition: BenchmarkDefinition
  /// The images. Numbers run through all files.
  let series: RehearsalSeries

  /// The files X and y of each split, and the list of class names. The unlabelled images show
  /// the same shapes.
  func files() -> [OriginalFile] {
    let side = definition.imageSize
    var first = 0
    var files: [OriginalFile] = []
    for (name, count) in [
      ("train", definition.counts.train), ("test", definition.counts.test),
      ("unlabeled", definition.counts.unlabelled),
    ] {
      let start = first
      first += count
      let classes = series.classes(of: start..<start + count)
      let planes = RehearsalSeries.concurrently(count) { [series] place in
        series.image(start + place, of: classes[place], height: side, width: side)
          .planes(byColumns: true)
      }
      files.append(OriginalFile("\(name)_X.bin", planes.flatMap(\.self)))
      if name != "unlabeled" {
        files.append(OriginalFile("\(name)_y.bin", classes.map { UInt8($0 + 1) }))
      }
    }
    return files + [OriginalFile("class_names.txt", lines: definition.classNames)]
  }
}
