import Core
import Foundation
import Metrics
import Records
import Testing

extension RecordsTests {
  @Suite struct HistoryTests {
    private func history(speed: Double = 106) throws -> History {
      var history = History()
      try history.append(
        HistoryRow(
          epoch: 1, loss: 0.1 + 0.2,
          partialLosses: [PartialLoss("instance", 0.25), PartialLoss("cluster", 1e-20)],
          learningRate: 0.03, imagesPerSecond: speed))
      try history.append(
        HistoryRow(
          epoch: 2, loss: 0.125,
          partialLosses: [PartialLoss("instance", 0.5), PartialLoss("cluster", -1)],
          learningRate: 0.015, scores: Scores([.nmi: 0.5, .acc: 0.625, .ari: -0.25])))
      return history
    }

    @Test
    func `The file has a column for every partial loss and leaves empty what was not measured`()
      throws
    {
      #expect(
        try history().csv == """
          epoch,loss,instance,cluster,learning_rate,images_per_second,nmi,acc,ari
          1,0.30000000000000004,0.25,1e-20,0.03,106.0,,,
          2,0.125,0.5,-1.0,0.015,,0.5,0.625,-0.25

          """)
    }

    @Test func `A history survives its file and a checkpoint's JSON exactly`() throws {
      try withFolder { folder in
        let path = folder + "/history.csv"
        for history in [try history(), History()] {
          try history.write(to: path)
          #expect(try History.read(from: path) == history)
          let data = try JSONEncoder().encode(history)
          #expect(try JSONDecoder().decode(History.self, from: data) == history)
        }
      }
    }

    @Test func `A figure beside the terms is no part of the loss, and terms are as they were`()
      throws
    {
      let term = PartialLoss("similarity", -0.5)
      #expect([term, PartialLoss("spread", 0.9, isTerm: false)].total == -0.5)
      let earlier = Data(#"{"name": "similarity", "value": -0.5}"#.utf8)
      #expect(try JSONDecoder().decode(PartialLoss.self, from: earlier) == term)
    }

    @Test func `The digest leaves out time and nothing else`() throws {
      let first = try history()
      #expect(try history(speed: 55).deterministicDigest == first.deterministicDigest)
      #expect(try history(speed: 55) != first)
      var changed = History()
      for var row in first.rows {
        if row.epoch == 2 { row.scores?[.ari] = (-0.25).nextUp }
        try changed.append(row)
      }
      #expect(changed.deterministicDigest != first.deterministicDigest)
    }

    @Test func `A row with other losses than the first is refused`() throws {
      var history = try history()
      let before = history
      #expect(
        throws: RecordError.wrongLossNames(
          epoch: 3, found: ["cluster"], expected: ["instance", "cluster"])
      ) {
        try history.append(
          HistoryRow(
            epoch: 3, loss: 1, partialLosses: [PartialLoss("cluster", 1)], learningRate: 1))
      }
      #expect(history == before)
    }

    @Test(arguments: ["", "a,b", "loss", "nmi", "line\nend", "a\"b"])
    func `A partial loss cannot have a name that would break the file`(name: String) {
      var history = History()
      #expect(throws: RecordError.invalidLossName(name)) {
        try history.append(
          HistoryRow(epoch: 1, loss: 1, partialLosses: [PartialLoss(name, 1)], learningRate: 1))
      }
    }

    /// The second epoch is scored, and its second read-out has begun then.
    private func readOutHistory() throws -> History {
      var history = History()
      let scores = Scores([.nmi: 0.5, .acc: 0.625, .ari: -0.25])
      try history.append(
        HistoryRow(
          epoch: 1, loss: 2, learningRate: 0.5, scores: scores,
          readOuts: [ReadOutScores("boundary", scores)],
          measures: [RecordedMeasure("largest", 0.75)]))
      try history.append(HistoryRow(epoch: 2, loss: 1, learningRate: 0.5))
      try history.append(
        HistoryRow(
          epoch: 3, loss: 1, learningRate: 0.5, scores: scores,
          readOuts: [
            ReadOutScores("similarity", Scores([.nmi: 0.25, .acc: 0.5, .ari: 0, .ami: 0.125])),
            ReadOutScores("boundary", scores),
          ], measures: [RecordedMeasure("agreement", 0.875), RecordedMeasure("largest", 0.5)]))
      return history
    }

    @Test func `Measures stand before the scores and read-outs after them, by first occurrence`()
      throws
    {
      #expect(
        try readOutHistory().csv == """
          epoch,loss,learning_rate,images_per_second,largest,agreement,nmi,acc,ari,\
          boundary_nmi,boundary_acc,boundary_ari,similarity_nmi,similarity_acc,similarity_ari
          1,2.0,0.5,,0.75,,0.5,0.625,-0.25,0.5,0.625,-0.25,,,
          2,1.0,0.5,,,,,,,,,,,,
          3,1.0,0.5,,0.5,0.875,0.5,0.625,-0.25,0.5,0.625,-0.25,0.25,0.5,0.0

          """)
    }

    @Test func `A history with read-outs survives its file and a checkpoint's JSON`() throws {
      let history = try readOutHistory()
      let data = try JSONEncoder().encode(history)
      #expect(try JSONDecoder().decode(History.self, from: data) == history)
      try withFolder { folder in
        let path = folder + "/history.csv"
        try history.write(to: path)
        let read = try History.read(from: path)
        // The columns have an order, the entries of a row have that of the columns.
        #expect(read.csv == history.csv)
        #expect(read.readOutNames == ["boundary", "similarity"])
        #expect(read.measureNames == ["largest", "agreement"])
        #expect(read.rows[0] == history.rows[0] && read.rows[1] == history.rows[1])
        #expect(read.rows[2].readOuts.map(\.name) == ["boundary", "similarity"])
        let damaged = history.csv.replacingOccurrences(of: "0.25,0.5,0.0", with: "0.25,,0.0")
        try AtomicFile.write(Data(damaged.utf8), to: path)
        let error = #expect(throws: RecordError.self) { try History.read(from: path) }
        #expect(error?.description.contains("line 4, similarity_acc") == true)
      }
    }

    @Test func `A row of a checkpoint from before read-outs is read`() throws {
      let row = HistoryRow(epoch: 1, loss: 2, learningRate: 0.5)
      let earlier = Data(
        #"{"epoch": 1, "loss": 2, "partialLosses": [], "learningRate": 0.5}"#.utf8)
      #expect(try JSONDecoder().decode(HistoryRow.self, from: earlier) == row)
    }

    @Test(arguments: [
      (["a", "a"], []), (["a,b"], []), ([""], []), (["a"], ["a_nmi"]), ([], ["x_acc"]),
      ([], ["nmi"]), ([], ["spread"]), ([], ["epoch"]), ([], ["m", "m"]),
    ])
    func `Read-outs and measures cannot have names that would break the file`(
      readOuts: [String], measures: [String]
    ) {
      let scores = Scores([.nmi: 0.5, .acc: 0.625, .ari: -0.25])
      var history = History()
      let error = #expect(throws: RecordError.self) {
        try history.append(
          HistoryRow(
            epoch: 1, loss: 1, partialLosses: [PartialLoss("spread", 1)], learningRate: 1,
            scores: scores, readOuts: readOuts.map { ReadOutScores($0, scores) },
            measures: measures.map { RecordedMeasure($0, 1) }))
      }
      guard case .invalidReadOutName = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }

    @Test func `A loss that is not finite is refused`() {
      var history = History()
      #expect(throws: RecordError.notFinite(key: "loss of epoch 1")) {
        try history.append(HistoryRow(epoch: 1, loss: .infinity, learningRate: 1))
      }
    }

    @Test(arguments: [
      ("0.125", "x", "line 3, loss"), ("0.125", "", "line 3, loss"), ("\n2,", "\n2.5,", "line 3"),
      (",0.625", ",", "line 3, acc"), (",0.5,0.625", "", "line 3"), ("epoch,", "", "line 1"),
      ("-0.25\n", "-0.25", "line 3"),
    ])
    func `A damaged file is refused with its line`(
      original: String, damage: String, place: String
    ) throws {
      try withFolder { folder in
        let path = folder + "/history.csv"
        let text = try history().csv
        let damaged = text.replacingOccurrences(of: original, with: damage)
        #expect(damaged != text)
        try AtomicFile.write(Data(damaged.utf8), to: path)
        let error = #expect(throws: RecordError.self) { try History.read(from: path) }
        let message = error?.description ?? ""
        #expect(message.contains(path) && message.contains(place), "\(message)")
      }
    }
  }
}
