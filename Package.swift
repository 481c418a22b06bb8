// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target is held to the same rules: Swift 6 language mode and explicit existentials.
let settings: [SwiftSetting] = [.enableUpcomingFeature("ExistentialAny")]

let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "promptchain",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "promptchain", targets: ["promptchain"]),
        .library(name: "ChainEngine", targets: ["ChainEngine"]),
        .library(name: "ModelManagement", targets: ["ModelManagement"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        // The terminal library, and the little C that needs state of its own.
        .systemLibrary(name: "CNcurses", providers: [.apt(["libncurses-dev"]), .brew(["ncurses"])]),
        .target(name: "CTerminal", dependencies: ["CNcurses"], linkerSettings: [.linkedLibrary("ncursesw")]),

        // Leaves: pure values.
        .target(name: "CellScreen", swiftSettings: settings),
        .target(name: "PromptChainCore", swiftSettings: settings),

        // The management core and the chain engine.
        .target(
            name: "ModelManagement",
            dependencies: ["PromptChainCore", asyncHTTPClient, nioCore, nioHTTP1, logging, yams],
            swiftSettings: settings),
        .target(
            name: "ChainEngine",
            dependencies: ["ModelManagement", "PromptChainCore", logging, subprocess, yams],
            swiftSettings: settings),

        // Runs and what was measured in them, in a database; and the socket on which a run tells its events.
        .target(
            name: "RunHistory", dependencies: ["PromptChainCore", grdb, nioCore, nioPosix], swiftSettings: settings),

        // The dashboard: pure program, terminal, and the runtime that joins it to the core.
        .target(name: "Dashboard", dependencies: ["CellScreen", "PromptChainCore", yams], swiftSettings: settings),
        .target(name: "Terminal", dependencies: ["CNcurses", "CTerminal", "CellScreen"], swiftSettings: settings),
        .target(
            name: "DashboardRuntime",
            dependencies: [
                "Dashboard", "ModelManagement", "ChainEngine", "CellScreen", "PromptChainCore", "RunHistory", logging,
            ],
            swiftSettings: settings),

        // A server that speaks Ollama's API with a simulated GPU; it shares no code with the client.
        .target(name: "OllamaSimulator", dependencies: [hummingbird, logging], swiftSettings: settings),

        .executableTarget(
            name: "promptchain",
            dependencies: [
                "CellScreen", "ChainEngine", "Dashboard", "DashboardRuntime", "ModelManagement", "OllamaSimulator",
                "PromptChainCore", "RunHistory", "Terminal", argumentParser, logging,
            ],
            swiftSettings: settings),

        // Test support.
        .target(
            name: "DashboardTestSupport", dependencies: ["CellScreen", "Dashboard", "PromptChainCore"],
            path: "Tests/DashboardTestSupport", swiftSettings: settings),
        .target(
            name: "ProviderStubs", dependencies: ["ModelManagement", "PromptChainCore", nioCore, nioPosix],
            path: "Tests/ProviderStubs", swiftSettings: settings),

        .target(
            name: "SimulatorTestSupport",
            dependencies: ["ChainEngine", "ModelManagement", "OllamaSimulator", "PromptChainCore"],
            path: "Tests/SimulatorTestSupport", swiftSettings: settings),

        .testTarget(name: "CellScreenTests", dependencies: ["CellScreen"], swiftSettings: settings),
        .testTarget(name: "PromptChainCoreTests", dependencies: ["PromptChainCore"], swiftSettings: settings),
        .testTarget(
            name: "ModelManagementTests",
            dependencies: ["ModelManagement", "PromptChainCore", "ProviderStubs"],
            exclude: ["Fixtures"], swiftSettings: settings),
        .testTarget(
            name: "RunHistoryTests", dependencies: ["PromptChainCore", "RunHistory", grdb, nioCore, nioPosix],
            swiftSettings: settings),
        .testTarget(
            name: "ChainEngineTests",
            dependencies: [
                "ChainEngine", "ModelManagement", "OllamaSimulator", "PromptChainCore", "ProviderStubs",
                "SimulatorTestSupport",
            ],
            exclude: ["Fixtures"], swiftSettings: settings),
        .testTarget(
            name: "DashboardTests",
            dependencies: ["CellScreen", "Dashboard", "DashboardTestSupport", "PromptChainCore"],
            exclude: ["Fixtures"], swiftSettings: settings),
        .testTarget(
            name: "TerminalTests", dependencies: ["CellScreen", "CTerminal", "Terminal"], swiftSettings: settings),
        .testTarget(
            name: "DashboardRuntimeTests",
            dependencies: [
                "CellScreen", "ChainEngine", "Dashboard", "DashboardRuntime", "DashboardTestSupport", "ModelManagement",
                "OllamaSimulator", "PromptChainCore", "ProviderStubs", "RunHistory", "SimulatorTestSupport",
            ],
            swiftSettings: settings),
        .testTarget(
            name: "OllamaSimulatorTests",
            dependencies: ["OllamaSimulator", "SimulatorTestSupport", asyncHTTPClient, nioCore],
            exclude: ["Fixtures"], swiftSettings: settings),
        .testTarget(
            name: "CommandTests", dependencies: ["OllamaSimulator", "PromptChainCore", "ProviderStubs", "RunHistory"],
            exclude: ["Fixtures"], swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)
