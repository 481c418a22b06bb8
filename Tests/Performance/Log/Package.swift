// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that the product does not carry it. The other targets are links to the product's.
let settings: [SwiftSetting] = [.enableUpcomingFeature("ExistentialAny")]

let package = Package(
    name: "log-benchmark",
    platforms: [.macOS(.v15)],
    dependencies: [.package(url: "https://github.com/jpsim/Yams", from: "6.2.0")],
    targets: [
        .target(name: "PromptChainCore", swiftSettings: settings),
        .target(name: "CellScreen", swiftSettings: settings),
        .target(
            name: "Dashboard",
            dependencies: ["CellScreen", "PromptChainCore", .product(name: "Yams", package: "Yams")],
            swiftSettings: settings),
        .target(name: "LogStore", dependencies: ["Dashboard", "PromptChainCore"], swiftSettings: settings),
        .executableTarget(
            name: "log-benchmark", dependencies: ["Dashboard", "LogStore", "PromptChainCore"], swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)
