// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that the product does not carry it. The other targets are links to the product's; the run
// socket is left out, and with it NIO.
let settings: [SwiftSetting] = [.enableUpcomingFeature("ExistentialAny")]

let package = Package(
    name: "history-benchmark",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    ],
    targets: [
        .target(name: "PromptChainCore", swiftSettings: settings),
        .target(
            name: "RunHistory",
            dependencies: ["PromptChainCore", .product(name: "GRDB", package: "GRDB.swift")],
            exclude: ["Socket"], swiftSettings: settings),
        .target(name: "CellScreen", swiftSettings: settings),
        .target(
            name: "Dashboard",
            dependencies: ["CellScreen", "PromptChainCore", .product(name: "Yams", package: "Yams")],
            swiftSettings: settings),
        .executableTarget(
            name: "history-benchmark", dependencies: ["CellScreen", "Dashboard", "PromptChainCore", "RunHistory"],
            swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)
