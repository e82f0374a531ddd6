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
