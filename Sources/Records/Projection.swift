import Core
import HDF5

/// The content of `projection.h5`: a sample of a run's scored images in the plane of the first two principal
/// components of their vectors, and how well each lies in its cluster. Vectors themselves are not kept.
///
/// Data sets: `places` (int32 [n], ascending) are rows of `assignments.h5`, `coordinates` (float32 [n, 2]) are along
/// the components, `silhouettes` (float32 [n]) are silhouette values among all scored images; absent where fewer than
/// two clusters have images. Root attributes: `identity`, `vectors`, `dimensions`, `variance_shares`. Runs of methods
/// without a network, and runs of earlier versions, have no such file.
///
///     let projection = try folder.readProjection(of: record)
///     print(projection?.silhouette ?? .nan)
package struct Projection: Hashable, Sendable {
  /// The most images of a sample.
  package static let mostImages = 2_000

  /// The run's identity.
  package let identity: String
  /// Which vectors they are: "embeddings", or "features" of a network that has no projection.
  package let vectors: String
  /// The length D of a vector.
  package let dimensions: Int
  /// The parts of the sample's variance along both axes, each 0...1.
  package let varianceShares: [Double]
  /// The sample's images as rows of `assignments.h5`, ascending, [n].
  package let places: [Int32]
  /// [n, 2], row-major.
  package let coordinates: [Float]
  /// The silhouette value of each image, -1...1, [n]; empty where none is defined.
  package let silhouettes: [Float]

  /// - Parameters: as the properties, with two coordinates and one silhouette value, or none, for each place.
  package init(
    identity: String, vectors: String, dimensions: Int, varianceShares: [Double], places: [Int32],
    coordinates: [Float], silhouettes: [Float]
  ) {
    self.identity = identity
    self.vectors = vectors
    self.dimensions = dimensions
    self.varianceShares = varianceShares
    self.places = places
    self.coordinates = coordinates
    self.silhouettes = silhouettes
  }

  /// The mean of the silhouette values; nil where none is defined.
  package var silhouette: Double? {
    silhouettes.isEmpty
      ? nil : silhouettes.reduce(0) { $0 + Double($1) } / Double(silhouettes.count)
  }

  /// Writes the file atomically. Equal projections give equal bytes.
  /// - Throws: `HDF5Error`, also where the lengths do not fit; `FileError`.
  package func write(to path: String) throws {
    try AtomicFile.replace(path) { temporary in
      let file = try HDF5File(creating: temporary, as: path)
      try file.setAttribute("identity", identity)
      try file.setAttribute("vectors", vectors)
      try file.setAttribute("dimensions", Int64(dimensions))
      try file.setAttribute("variance_shares", varianceShares)
      try file.write("places", places, compressed: true)
      try file.write("coordinates", coordinates, shape: [places.count, 2], compressed: true)
      if !silhouettes.isEmpty { try file.write("silhouettes", silhouettes, compressed: true) }
      try file.close()
    }
  }

  /// Reads the file, whatever its values are.
  /// - Throws: `HDF5Error` if it is not such a file.
  fileprivate static func read(from path: String) throws -> Projection {
    let file = try HDF5File(reading: path)
    return try Projection(
      identity: file.stringAttribute("identity"), vectors: file.stringAttribute("vectors"),
      dimensions: Int(clamping: file.attribute("dimensions") as Int64),
      varianceShares: file.attributes("variance_shares"),
      places: file.dataSet("places").read(), coordinates: file.dataSet("coordinates").read(),
      silhouettes: file.containsDataSet("silhouettes") ? file.dataSet("silhouettes").read() : [])
  }
}

extension RunFolder {
  /// Reads the projection of a finished run, and checks that it belongs to its record.
  /// - Parameter record: what `run.json` of this folder holds.
  /// - Returns: nil where none was kept.
  /// - Throws: `RecordError.unusable` where the file is damaged, of another run or has impossible values.
  package func readProjection(of record: RunRecord) throws -> Projection? {
    guard RecordFile.exists(projection) else { return nil }
    return try reading {
      let found = try Projection.read(from: projection)
      if let (key, problem) = found.contradiction(to: record) {
        throw RecordError.malformed(file: projection, key: key, problem: problem)
      }
      return found
    }
  }
}

extension Projection {
  /// What shows that this is not the projection of a run, and where; nil if nothing does. Whoever looks up rows by
  /// these places may rely on it.
  fileprivate func contradiction(to record: RunRecord) -> (key: String, problem: String)? {
    if coordinates.count != 2 * places.count { return ("coordinates", "are not two of each image") }
    if !silhouettes.isEmpty, silhouettes.count != places.count {
      return ("silhouettes", "are not one of each image")
    }
    let isAscending = zip(places, places.dropFirst()).allSatisfy { $0 < $1 }
    if identity != record.identity { return ("identity", "is that of another run than run.json's") }
    if !isAscending || (places.first ?? -1) < 0
      || Int(places.last ?? .max) >= record.metrics.images
    {
      return ("places", "are not ascending rows of \(record.metrics.images) images")
    }
    if !coordinates.allSatisfy(\.isFinite) { return ("coordinates", "are not all numbers") }
    if varianceShares.count != 2 || !varianceShares.allSatisfy({ 0...1.000_001 ~= $0 }) {
      return ("variance_shares", "are not two fractions")
    }
    if !silhouettes.allSatisfy({ -1...1 ~= $0 }) {
      return ("silhouettes", "are not all within -1...1")
    }
    return nil
  }
}
