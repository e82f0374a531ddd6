// swift-tools-version: 6.2
import PackageDescription

// MARK: - libtorch
// Engine/Package.swift says where it comes from. Here only its version is asked for.
let libtorch = Context.environment["LIBTORCH"]

let torchCXXSettings: [CXXSetting] =
  libtorch.map { [.unsafeFlags(["-isystem", "\($0)/include"])] } ?? []

// MARK: - Modules
// Imports go one way: a target may import only targets that stand above it in this list.
// docs/architecture.md says what lives in each; Tests/ArchitectureTests checks the rule.

// libtorch behind a C face, as a dynamic library that is loaded on its first use.
let engine: Target.Dependency = .product(name: "CATen", package: "Engine")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")

let package = Package(
  name: "scl",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "scl", targets: ["scl"]),
    .executable(name: "scl-speed", targets: ["Speed"]),
    .library(
      name: "SCLKit",
      targets: [
        "Metrics", "Domain", "Benchmarks", "Methods", "Conformance", "Reporting", "Page",
        "SCLCommands",
      ]),
  ],
  dependencies: [
    .package(path: "Engine"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
  ],
  targets: [
    // C libraries
    .target(name: "CATenLoader", cxxSettings: torchCXXSettings),
    .systemLibrary(name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(
      name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CLZMA", pkgConfig: "liblzma", providers: [.apt(["liblzma-dev"])]),
    .systemLibrary(
      name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),

    // Modules
    .target(name: "Core", dependencies: [crypto]),
    .target(name: "Metrics"),
    .target(name: "Statistics", dependencies: ["Core", "Metrics"]),
    .target(name: "Domain", dependencies: ["Core", "Metrics"]),
    .target(name: "Downloads", dependencies: ["Core"]),
    .target(name: "Figures", dependencies: ["Core"]),
    .target(name: "Torch", dependencies: [engine, "CATenLoader", "Core"]),
    .target(name: "HDF5", dependencies: ["CHDF5"]),
    .target(
      name: "Benchmarks",
      dependencies: [
        "Core", "Domain", "HDF5", "CTurboJPEG", "CPNG", "CZlib", "CLZMA", "CArchive",
      ]),
    .target(
      name: "Rehearsal", dependencies: ["Core", "Domain", "Benchmarks", "CTurboJPEG", "CArchive"]),
    .target(name: "Montage", dependencies: ["Core", "Figures", "Domain", "Benchmarks"]),
    .target(name: "ClassicalClustering", dependencies: ["Core", "COpenBLAS"]),
    .target(name: "Vision", dependencies: ["Core", "Domain", "Torch"]),
    .target(
      name: "Methods",
      dependencies: ["Core", "Domain", "Torch", "Vision", "ClassicalClustering", "Metrics"]),
    .target(name: "Records", dependencies: ["Core", "Domain", "HDF5", "Metrics"]),
    .target(
      name: "Experiments",
      dependencies: [
        "Core", "Domain", "Torch", "HDF5", "Vision", "Methods", "ClassicalClustering", "Benchmarks",
        "Rehearsal", "Metrics", "Records", "Yams",
        .product(name: "Subprocess", package: "swift-subprocess"),
      ]),
    .target(
      name: "Slurm",
      dependencies: [
        "Core", "Methods", "Records", "Experiments",
        .product(name: "Subprocess", package: "swift-subprocess"),
      ]),
    .target(
      name: "Conformance",
      dependencies: [
        "Core", "Domain", "Torch", "HDF5", "Vision", "Methods", "ClassicalClustering", "Benchmarks",
        "Metrics", "Records", "Experiments",
      ]),
    .target(
      name: "Reporting", dependencies: ["Core", "Domain", "Records", "Metrics", "Statistics"]),
    .target(
      name: "Parity",
      dependencies: [
        "Core", "Torch", "HDF5", "Metrics", "Benchmarks", "ClassicalClustering", "Vision",
        "Methods", "Records", "Experiments",
      ]),
    .target(
      name: "Page",
      dependencies: [
        "Core", "Figures", "Metrics", "Domain", "Benchmarks", "Records", "Reporting",
      ]),
    .target(
      name: "SCLCommands",
      dependencies: [
        "Core", "Domain", "Downloads", "Torch", "HDF5", "Metrics", "Benchmarks", "Montage",
        "ClassicalClustering", "Vision", "Methods", "Records", "Experiments", "Slurm",
        "Conformance", "Reporting", "Parity", "Page",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(name: "scl", dependencies: ["SCLCommands"]),
    // Speed measurements, run by the scripts of benchmarks/.
    .executableTarget(
      name: "Speed",
      dependencies: [
        "Core", "Metrics", "Domain", "Figures", "Torch", "HDF5", "Benchmarks",
        "ClassicalClustering", "Vision", "Methods", "Experiments",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], path: "benchmarks/Speed"),

    // Tests: one target per module, and four that concern all modules.
    .testTarget(name: "CoreTests", dependencies: ["Core"]),
    .testTarget(name: "DownloadsTests", dependencies: ["Downloads", "Core"]),
    .testTarget(name: "TorchTests", dependencies: ["Torch", "Core"]),
    .testTarget(name: "HDF5Tests", dependencies: ["HDF5", "CHDF5"]),
    .testTarget(name: "MetricsTests", dependencies: ["Metrics", "HDF5"]),
    .testTarget(name: "StatisticsTests", dependencies: ["Statistics", "Metrics"]),
    .testTarget(name: "DomainTests", dependencies: ["Domain", "Core", "Metrics"]),
    .testTarget(
      name: "BenchmarksTests",
      dependencies: ["Benchmarks", "Rehearsal", "HDF5", "Domain", "Core", "CPNG"]),
    .testTarget(
      name: "ClassicalClusteringTests",
      dependencies: ["ClassicalClustering", "Core", "HDF5", "COpenBLAS"]),
    .testTarget(name: "VisionTests", dependencies: ["Vision", "Torch", "Core"]),
    .testTarget(
      name: "MethodsTests",
      dependencies: [
        "Conformance", "Methods", "Vision", "Torch", "Core", "HDF5", "ClassicalClustering",
        "Metrics",
      ]),
    .testTarget(
      name: "RecordsTests", dependencies: ["Records", "Domain", "Core", "HDF5", "Metrics"]),
    .testTarget(
      name: "ExperimentsTests",
      dependencies: [
        "Experiments", "Slurm", "Methods", "Benchmarks", "Records", "Metrics", "Vision", "Torch",
        "Domain", "HDF5", "Core",
      ]),
    .testTarget(
      name: "ReportingTests",
      dependencies: ["Reporting", "Domain", "Core", "Records", "Metrics", "Statistics"]),
    .testTarget(name: "ParityTests", dependencies: ["Parity", "HDF5", "Core", "Torch"]),
    .testTarget(name: "FiguresTests", dependencies: ["Figures"]),
    .testTarget(
      name: "PageTests",
      dependencies: ["Page", "Figures", "Reporting", "Domain", "Core", "Records", "Metrics"]),
    .testTarget(name: "ArchitectureTests"),
    .testTarget(
      name: "DocumentationTests",
      dependencies: [
        "scl", "Core", "Torch", "Vision", "Methods", "Experiments", "Slurm", "Conformance",
        "Reporting",
      ]),
    .testTarget(
      name: "CommandLineTests",
      dependencies: ["scl", "Speed", "Benchmarks", "Domain", "Core", "HDF5", "Records"]),
    .testTarget(
      name: "SlurmTests", dependencies: ["scl", "Core", "Experiments", "Slurm", "Records"]),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: libtorch == nil ? .cxx17 : .cxx20
)
