import Records
import Testing

extension RecordsTests {
  @Suite struct FailureReports {
    @Test func `A report of a failure is one line, and no progress`() throws {
      let report = FailureReport(kind: .diskFull, reason: "cannot write 'a/b':\nNo space left")
      let line = report.line
      #expect(
        line == #"{"kind":"disk full","reason":"cannot write 'a/b':\nNo space left"}"# + "\n")
      #expect(FailureReport(line: line) == report && RunProgress(line: line) == nil)
      let progress = RunProgress(phase: "training", epoch: 1, epochs: 3, fraction: 0.4)
      #expect(FailureReport(line: progress.line) == nil)
      for line in ["", "{}", "a library's message", #"{"kind":"tired","reason":""}"#] {
        #expect(FailureReport(line: line) == nil, "\(line)")
      }
    }
  }
}
