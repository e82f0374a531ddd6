/// The mistakes of an experiment file and of the files that it extends. Reading continues after
/// each, so that a user sees all of them at once.
final class MistakeList {
  /// In the order in which they were found.
  private(set) var mistakes: [ExperimentError] = []

  /// The result of `body`; nil if it throws an `ExperimentError`, which is noted.
  ///
  /// - Throws: any other error, unless a mistake was noted before: the error is then a consequence
  ///   of it.
  func collecting<Result>(_ body: () throws -> Result) throws -> Result? {
    do {
      return try body()
    } catch let mistake as ExperimentError {
      note(mistake)
    } catch  where mistakes.isEmpty {
      throw error
    } catch {}
    return nil
  }

  /// The number of mistakes so far.
  var count: Int { mistakes.count }

  /// Adds a mistake, unless the list has it already.
  func note(_ mistake: ExperimentError) {
    if !mistakes.contains(mistake) { mistakes.append(mistake) }
  }

  /// - Throws: `ExperimentError`: the mistake, or all of them in the order of their lines.
  func check() throws {
    guard mistakes.count > 1 else {
      if let only = mistakes.first { throw only }
      return
    }
    var files: [String] = []
    for mistake in mistakes where !files.contains(mistake.file) { files.append(mistake.file) }
    let sorted = mistakes.enumerated().sorted { first, second in
      let places = [first, second].map { offset, mistake in
        (files.firstIndex(of: mistake.file) ?? 0, mistake.line ?? 0, offset)
      }
      return places[0] < places[1]
    }
    throw ExperimentError.mistakes(sorted.map(\.element))
  }
}

extension ExperimentError {
  fileprivate var file: String {
    if case .invalid(let file, _, _, _) = self { file } else { "" }
  }

  fileprivate var line: Int? {
    if case .invalid(_, let line, _, _) = self { line } else { nil }
  }
}
