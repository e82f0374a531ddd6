/// The names in a benchmark file, and the number that changes when they do.
enum BenchmarkSchema {
  static let version: Int64 = 1
  /// Written as `tool_version`; not part of the content's hash.
  static let toolVersion = "scl 0.1"

  static let images = "images"
  static let labels = "labels"
  static let splits = "splits"
  /// Only where the benchmark has finer classes than its labels.
  static let fineLabels = "fine_labels"
  static let fineClassNames = "fine_class_names"
  static let classNames = "class_names"
  /// The original of each image; files of earlier versions have none.
  static let fileNames = "file_names"

  enum Attribute {
    static let benchmark = "benchmark"
    static let schema = "schema"
    static let complete = "complete"
    static let imageSize = "image_size"
    /// Images of train, test and unlabelled that are there.
    static let counts = "counts"
    /// The same of a complete copy.
    static let expectedCounts = "expected_counts"
    static let sourceFormat = "source_format"
    /// Whether the images have the published pixels: "original" or "re-encoded".
    static let pixels = "pixels"
    static let sourceFiles = "source_files"
    static let sourceSizes = "source_sizes"
    static let sourceSHA256 = "source_sha256"
    /// Of each source file its MD5 where it was computed, or nothing.
    static let sourceMD5 = "source_md5"
    /// The MD5 that the publisher gives, or nothing.
    static let publishedMD5 = "published_md5"
    /// What was passed over, left out or is worth telling: texts, numbers, and an example of each.
    static let remarks = "remarks"
    static let remarkCounts = "remark_counts"
    static let remarkExamples = "remark_examples"
    /// The images that could not be read and were left out.
    static let leftOut = "left_out"
    static let toolVersion = "tool_version"
    static let contentSHA256 = "content_sha256"
  }
}
