import Records

/// Names the runs that left clusters without images. A mean over seeds hides that one of them collapsed, and scores
/// alone do not tell a poor clustering from none.
enum EmptyClusters {
  /// One remark with all such runs: "Clusters without images: PICA on CIFAR-10, seed 0: 9 of 10, seed 2: 1 of 10;
  /// SCL on STL-10, seed 1: 1 of 10"; none if every cluster of every run has images.
  static func remarks(on table: ResultTable) -> [String] {
    let runs = table.allCells.compactMap { cell -> String? in
      let seeds = cell.records.compactMap { record -> String? in
        let empty = record.metrics.clusterSizes.count { $0 == 0 }
        return empty == 0 ? nil : "seed \(record.seed): \(empty) of \(record.metrics.clusters)"
      }
      return seeds.isEmpty ? nil : "\(TableText.name(cell)), \(seeds.joined(separator: ", "))"
    }
    return runs.isEmpty ? [] : ["Clusters without images: \(runs.joined(separator: "; "))"]
  }
}
