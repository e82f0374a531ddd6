import Dispatch

/// How an image lies in a file without any header: label bytes, then three colour planes (red, green,
/// blue) of `side` x `side` bytes.
struct RecordLayout {
  /// How the values of a colour plane follow each other.
  enum PlaneOrder {
    case byRows
    case byColumns
  }

  var labelBytes = 0
  let side: Int
  var order = PlaneOrder.byRows

  /// Bytes.
  var recordSize: Int { labelBytes + 3 * side * side }

  /// The label bytes of records: [count, labelBytes].
  func labels(of records: [UInt8]) -> [UInt8] {
    if labelBytes == 0 { return [] }
    return stride(from: 0, to: records.count, by: recordSize).flatMap {
      records[$0..<$0 + labelBytes]
    }
  }

  /// The images of records: [count, side, side, 3].
  func pixels(of records: [UInt8]) -> [UInt8] {
    let (side, plane, recordSize) = (side, side * side, recordSize)
    let count = records.count / recordSize
    return [UInt8](unsafeUninitializedCapacity: count * 3 * plane) { pixels, filled in
      records.withUnsafeBufferPointer { records in
        // Every iteration writes its own images.
        nonisolated(unsafe) let pixels = pixels
        nonisolated(unsafe) let records = records
        let bands = min(count, 16)
        DispatchQueue.concurrentPerform(iterations: bands) { band in
          for record in count * band / bands..<count * (band + 1) / bands {
            let source = record * recordSize + labelBytes
            let target = record * 3 * plane
            for row in 0..<side {
              for column in 0..<side {
                let place = order == .byRows ? row * side + column : column * side + row
                let pixel = target + 3 * (row * side + column)
                pixels[pixel] = records[source + place]
                pixels[pixel + 1] = records[source + plane + place]
                pixels[pixel + 2] = records[source + 2 * plane + place]
              }
            }
          }
        }
      }
      filled = count * 3 * plane
    }
  }
}
