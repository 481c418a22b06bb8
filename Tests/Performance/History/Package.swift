// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that the product does not carry it. `PromptChainCore` and `RunHistory` are links to the
// product's; the run socket is left out, and with it NIO.
let settings: [SwiftSetting] = [.enableUpcomingFeature("ExistentialAny")]

let package = Package(
    name: "history-benchmark",
    platforms: [.macOS(.v15)],
    dependencies: [.package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0")],
    targets: [
        .target(name: "PromptChainCore", swiftSettings: settings),
        .target(
            name: "RunHistory",
            dependencies: ["PromptChainCore", .product(name: "GRDB", package: "GRDB.swift")],
            exclude: ["Socket"], swiftSettings: settings),
        .executableTarget(
            name: "history-benchmark", dependencies: ["PromptChainCore", "RunHistory"], swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)
