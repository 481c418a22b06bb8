// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that the product does not carry it. `Sources/PromptChainCore` is a link to the product's.
let settings: [SwiftSetting] = [.enableUpcomingFeature("ExistentialAny")]

let package = Package(
    name: "planning-benchmark",
    platforms: [.macOS(.v15)],
    targets: [
        .target(name: "PromptChainCore", swiftSettings: settings),
        .executableTarget(
            name: "planning-benchmark", dependencies: ["PromptChainCore"], swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)
