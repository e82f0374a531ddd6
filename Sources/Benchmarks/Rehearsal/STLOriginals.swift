import Domain

/// STL-10's binary files with drawn images: planes column by column, labels counted from 1 in files of
/// their own, and images without labels.
struct STLOriginals {
  let definition: BenchmarkDefinition
  let series: RehearsalSeries

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
