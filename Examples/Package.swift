// swift-tools-version: 6.2
import PackageDescription

// A baseline and a benchmark that live outside the main package.
let package = Package(
  name: "scl-examples",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "scl", path: "..")],
  targets: [
    .executableTarget(name: "scl-barlow", dependencies: [.product(name: "SCLKit", package: "scl")]),
    .executableTarget(
      name: "scl-fashion", dependencies: [.product(name: "SCLKit", package: "scl")]),
  ],
  swiftLanguageModes: [.v6]
)
