import Experiments
import Foundation
import Testing

/// What `scl doctor` says of a machine.
@Suite struct MachineCheckTests {
  private let folder = NSTemporaryDirectory() + "doctor-\(UUID().uuidString)"

  @Test func `libtorch's own words tell oneDNN, matrix library and kernels`() {
    let debian = EngineBuild(
      """
      PyTorch built with:
        - Intel(R) MKL-DNN v2.6.3 (Git Hash N/A)
        - CPU capability usage: AVX2
        - Build settings: BLAS_INFO=generic, LAPACK_INFO=generic, USE_CUDA=OFF,
        - 3x3 convolutions: AVX-512
      """)
    #expect(debian.oneDNN == "2.6.3" && debian.blas == "generic" && debian.instructions == "AVX2")
    #expect(debian.convolutions == "AVX-512")
    let wheel = EngineBuild(
      """
      PyTorch built with:
        - Intel(R) oneAPI Math Kernel Library Version 2024.2-Product Build 20240605
        - Intel(R) MKL-DNN v3.7.1 (Git Hash 8d263e693366ef8db40acc569cc7d8edf644556d)
        - CPU capability usage: AVX512
        - Build settings: BLAS_INFO=mkl, USE_CUDA=ON,
      """)
    #expect(wheel.oneDNN == "3.7.1" && wheel.blas == "mkl" && wheel.instructions == "AVX512")
    #expect(wheel.convolutions == nil)
    #expect(MachineCheck.libtorch(wheel, version: "2.15.0").state == .ok)
    #expect(MachineCheck.libtorch(EngineBuild(""), version: "2.15.0").state == .note)
  }

  @Test func `A processor's name has its family and model`() {
    let zen3 = """
      processor\t: 0
      vendor_id\t: AuthenticAMD
      cpu family\t: 25
      model\t\t: 1
      model name\t: AMD EPYC
      flags\t\t: fpu avx2

      processor\t: 1
      model name\t: another
      """
    #expect(Machine.processorName(in: zen3) == "AMD EPYC (family 25, model 1)")
    #expect(Machine.processorName(in: "model name\t: Neoverse") == "Neoverse")
    #expect(Machine.processorName(in: "") == "unknown")
  }

  @Test func `A busy processor and one without AVX2 are noted`() {
    func check(_ vectors: String, load: Double?) -> MachineCheck {
      .processor(
        "Processor", vectors: vectors, bfloat16: vectors == "AVX-512", cores: 2, load: load)
    }
    let idle = check("AVX-512", load: 0.3)
    #expect(idle.state == .ok && idle.finding == "Processor, 2 cores, AVX-512 with bfloat16")
    #expect(check("AVX2", load: nil).finding == "Processor, 2 cores, AVX2")
    let busy = check("AVX2", load: 6)
    #expect(busy.state == .note && busy.finding.contains("busy (load average 6.0)"))
    #expect(check("other", load: 0).state == .note)
  }

  @Test func `A card that libtorch cannot use is noted, and none at all is not`() {
    #expect(MachineCheck.cards([], isUsable: false).state == .ok)
    let unusable = MachineCheck.cards(["Card (80.0 GiB)"], isUsable: false)
    #expect(
      unusable.state == .note && unusable.finding.hasPrefix("Card (80.0 GiB), which libtorch "))
    let usable = MachineCheck.cards(["Card (80.0 GiB)"], isUsable: true)
    #expect(usable.state == .ok && usable.finding == "Card (80.0 GiB)")
  }

  @Test func `Another engine is advised as in plans`() {
    #expect(MachineCheck.otherEngine(nil).state == .ok)
    let advised = MachineCheck.otherEngine("a newer libtorch is faster")
    #expect(advised.state == .note && advised.finding == "a newer libtorch is faster")
  }

  @Test func `Folders that can be created or written do, and leave nothing behind`() throws {
    let manager = FileManager.default
    try manager.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? manager.removeItem(atPath: folder) }
    #expect(FolderState(folder) == .writable)
    #expect(FolderState(folder + "/a/b") == .missing)
    #expect(try manager.contentsOfDirectory(atPath: folder).isEmpty)
    #expect(MachineCheck.results(folder + "/results").state != .problem)
    let empty = MachineCheck.data(folder + "/data")
    #expect(empty.state == .note && empty.advice?.contains("scl data list") == true)
    try Data().write(to: URL(fileURLWithPath: folder + "/lamps.h5"))
    let own = MachineCheck.data(folder)
    #expect(own.state == .ok && own.finding == "\(folder): 1 benchmark (lamps)")
  }

  @Test func `Results that cannot be stored are a problem`() throws {
    try Data().write(to: URL(fileURLWithPath: folder))
    defer { try? FileManager.default.removeItem(atPath: folder) }
    #expect(FolderState(folder) == .notFolder)
    #expect(MachineCheck.results(folder).state == .problem)
    #expect(MachineCheck.data(folder).state == .problem)
    // Nobody can create a file here, not even root.
    #expect(MachineCheck.results("/proc/results").state == .problem)
    #expect(MachineCheck.data("/proc/data").state == .problem)
  }
}
