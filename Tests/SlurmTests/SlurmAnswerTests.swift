import Slurm
import Testing

/// What Slurm's commands of different sites say.
@Suite struct SlurmAnswerTests {
  @Test(arguments: [
    ("123\n", "123"), ("123;cluster\n", "123"),
    ("\n-----\n  Welcome to the Example7 cluster\n--> Verifying login1...OK\n\n4711\n", "4711"),
    ("24 jobs wait\n4711;one\nBye 7\n", "4711"), ("nothing\n", nil), ("", nil), ("12 34", nil),
  ])
  func `A job's number is the last line that is one`(answer: String, job: String?) {
    #expect(SlurmClient.job(in: answer) == job)
  }

  @Test func `A limit of jobs passes, and what is wrong does not`() {
    for words in [
      "sbatch: error: QOSMaxSubmitJobPerUserLimit", "sbatch: error: AssocMaxSubmitJobLimit",
      "Slurm temporarily unable to accept job, sleeping and retrying",
    ] {
      #expect(SlurmClient.isAtLimit(words), "\(words)")
    }
    // The sentence that Slurm adds to every limit, those of a job's size too.
    #expect(
      !SlurmClient.isAtLimit(
        "QOSMaxCpuPerUserLimit; Batch job submission failed: Job violates accounting/QOS policy (job "
          + "submit limit, user's size and/or time limits)"))
    #expect(!SlurmClient.isAtLimit("Invalid partition name specified"))
    #expect(!SlurmClient.isAtLimit("Requested node configuration is not available"))
  }

  @Test func `A folder that Slurm would read signs into is written to by the script alone`() {
    #expect(SlurmSubmitter.outputPattern("/a 100%/b") == "/a 100%%/b/output-%a.txt")
    #expect(SlurmSubmitter.outputPattern("/a\\b") == "/dev/null")
    #expect(SlurmSubmitter.outputPattern("/a\nb") == "/dev/null")
  }
}
