import Methods
import Testing
import Torch

extension MethodsTests {
  @Suite struct Schedules {
    private func rate(
      _ epoch: Int, step: Int = 0, of steps: Int = 10, _ change: (inout TrainingSettings) -> Void
    ) -> Double {
      var settings = TrainingSettings()
      change(&settings)
      return settings.learningRate(epoch: epoch, step: step, of: steps)
    }

    @Test func `The step schedule divides by ten at epochs 120 and 160, as AND's does`() {
      for (epoch, expected) in [
        (0, 0.03), (79, 0.03), (80, 0.03), (119, 0.03), (120, 0.003), (159, 0.003), (160, 3e-4),
        (199, 3e-4),
      ] {
        #expect(abs(rate(epoch) { _ in } / expected - 1) < 1e-12, "epoch \(epoch)")
      }
    }

    @Test(arguments: [LearningRateSchedule.constant, .cosine])
    func `A warm-up of all epochs ends at the full rate`(schedule: LearningRateSchedule) {
      func rising(_ step: Int) -> Double {
        rate(3, step: step) {
          ($0.schedule, $0.epochs, $0.learningRate, $0.warmup) = (schedule, 4, 1, 4)
        }
      }
      #expect(rising(5) == 0.875)
      // Where steps are counted from 1, the last one ends the last epoch.
      #expect(rising(10) == 1)
    }

    @Test func `The constant schedule never changes`() {
      #expect(rate(150, step: 9) { $0.schedule = .constant } == 0.03)
    }

    @Test func `The cosine schedule falls at every step from the full rate to nearly nothing`() {
      func cosine(_ epoch: Int, step: Int = 0) -> Double {
        rate(epoch, step: step) { ($0.schedule, $0.epochs, $0.learningRate) = (.cosine, 4, 1) }
      }
      #expect(cosine(0) == 1)
      // A quarter of the way: (1 + cos 45 degrees) / 2.
      #expect(abs(cosine(1) - 0.853553) < 1e-6)
      #expect(abs(cosine(2) - 0.5) < 1e-12)
      // An eighth: (1 + cos 22.5 degrees) / 2.
      #expect(abs(cosine(0, step: 5) - 0.961940) < 1e-6)
      #expect(cosine(3, step: 9) > 0 && cosine(3, step: 9) < 0.002)
    }

    @Test
    func
      `After a warm-up that rises step by step, the cosine falls from the full rate to its floor`()
    {
      func warmed(_ epoch: Int, step: Int = 0) -> Double {
        rate(epoch, step: step) {
          ($0.schedule, $0.epochs, $0.learningRate) = (.cosine, 6, 2)
          ($0.warmup, $0.floor) = (2, 0.001)
        }
      }
      #expect(warmed(0) == 0)
      #expect(abs(warmed(0, step: 5) - 0.5) < 1e-12)
      #expect(abs(warmed(1) - 1) < 1e-12)
      #expect(warmed(2) == 2)
      // Half of the way from 2 to 0.002.
      #expect(abs(warmed(4) - 1.001) < 1e-12)
      #expect(warmed(5, step: 9) > 0.002)
    }

    @Test func `Steps that are counted from 1 have the rate of the step after`() {
      var training = TrainingSettings()
      (training.schedule, training.epochs, training.learningRate) = (.cosine, 3, 0.02)
      training.warmup = 1
      for firstStep in [0, 1] {
        let plan = TrainingPlan(training: training, views: 1, firstStep: firstStep)
        let rates = (0..<4).map { plan.learningRate(epoch: 0, step: $0, of: 4) }
        let expected = (0..<4).map { 0.005 * Double($0 + firstStep) }
        for (rate, expected) in zip(rates, expected) { #expect(abs(rate - expected) < 1e-12) }
      }
    }

    @Test func `The optimiser is the one that is asked for`() throws {
      let parameter = Tensor.zeros([1])
      var settings = TrainingSettings()
      #expect(settings.makeOptimiser([("p", parameter)]) is SGD)
      settings.optimiser = .adam
      #expect(settings.makeOptimiser([("p", parameter)]) is Adam)
      settings.optimiser = .lars
      #expect(settings.makeOptimiser([("p", parameter)]) is LARS)
      #expect(settings.makeOptimiser([("p", parameter)]).learningRate == 0.03)
    }
  }
}
