import ArgumentParser

/// The entry point. `main` is synchronous on purpose: the main thread belongs to the terminal's event loop.
@main
struct RootCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promptchain",
        abstract: "Watch and drive local LLM servers, and run chains of models that do not fit in VRAM together.",
        version: "0.1.0")
}
