// swift-tools-version: 6.2
import PackageDescription

// MARK: libtorch
// Debian's libtorch-dev lies in the compiler's default paths and needs no flag. Another one (that of
// PyPI's torch wheel, say) is named by the environment: LIBTORCH=/path/to/torch make.
let libtorch = Context.environment["LIBTORCH"]

let torchCXXSettings: [CXXSetting] =
  libtorch.map { [.unsafeFlags(["-isystem", "\($0)/include"])] } ?? []

// By their paths, since Debian's libraries of the same names may lie in a folder searched earlier.
let torchLinkerSettings: [LinkerSetting] =
  libtorch.map {
    [
      .unsafeFlags([
        "\($0)/lib/libtorch_cpu.so", "\($0)/lib/libc10.so", "-Xlinker", "-rpath", "-Xlinker",
        "\($0)/lib",
      ])
    ]
  } ?? [.linkedLibrary("torch_cpu"), .linkedLibrary("c10")]

// MARK: The library that knows libtorch
// A package of its own, because SwiftPM links a dynamic library into no program of the same package.
// Programs load it when they first need a tensor: libtorch takes half a second to load.
let package = Package(
  name: "Engine",
  platforms: [.macOS(.v15)],
  products: [.library(name: "CATen", type: .dynamic, targets: ["CATen"])],
  targets: [
    .target(name: "CATen", cxxSettings: torchCXXSettings, linkerSettings: torchLinkerSettings)
  ],
  // The headers of libtorch 1.13 are C++17, those of the latest 2.x C++20, and neither is the other.
  cxxLanguageStandard: libtorch == nil ? .cxx17 : .cxx20
)
