// swift-tools-version: 6.2
import PackageDescription

// A baseline that lives outside the main package.
let package = Package(
  name: "scl-examples",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "scl", path: "..")],
  targets: [
    .executableTarget(name: "scl-barlow", dependencies: [.product(name: "SCLKit", package: "scl")])
  ],
  swiftLanguageModes: [.v6]
)
