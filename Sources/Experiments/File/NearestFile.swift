import Core
import Foundation

/// Finds the experiment file that a wrong path stands for.
///
///     NearestFile.of("experiments/rehersal.yaml")  // "experiments/rehearsal.yaml"
///     NearestFile.of("rehearsal")  // "experiments/rehearsal.yaml"
enum NearestFile {
  /// The folder that is searched besides the one that the path names.
  private static let usualFolder = "experiments"

  /// The YAML file with the nearest name in the path's folder, or else in `experiments`.
  /// - Returns: nil if no name is near, or if the path exists and is not readable.
  static func of(_ path: String) -> String? {
    guard !FileManager.default.fileExists(atPath: path) else { return nil }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let folder = parts.dropLast().joined(separator: "/")
    let name = stem(String(parts.last ?? ""))
    // The folder of "/a.yaml" is the root.
    let prefix = parts.count > 1 ? folder + "/" : ""
    for prefix in [prefix, usualFolder + "/"] {
      let files = yamlFiles(in: prefix.isEmpty ? "." : prefix)
      guard let nearest = nearestName(to: name, among: files.map(stem)) else { continue }
      return files.first { stem($0) == nearest }.map { prefix + $0 }
    }
    return nil
  }

  /// The names of the visible YAML files in a folder, sorted.
  private static func yamlFiles(in folder: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { !$0.hasPrefix(".") && stem($0) != $0 }.sorted()
  }

  /// The name without ".yaml" or ".yml".
  private static func stem(_ name: String) -> String {
    for ending in [".yaml", ".yml"] where name.hasSuffix(ending) {
      return String(name.dropLast(ending.count))
    }
    return name
  }
}
