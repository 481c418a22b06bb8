/// The user's own program that is told of what happened: started with its arguments, without a shell, and ended when it
/// does not end by itself.
public struct NotifierProgram: Sendable {
    /// How long it may take, in seconds.
    private static let timeout = 10.0

    /// The program and its arguments.
    public var words: [String]

    /// A program.
    public init(words: [String]) {
        self.words = words
    }

    /// Starts it with further arguments and waits for its end.
    /// - Returns: why it failed, in one sentence; `nil` when it did not.
    public func tell(_ arguments: [String]) async -> String? {
        let launch = CommandRun.Launch(words: words + arguments)
        do {
            _ = try await CommandRun(launch: launch, timeout: Self.timeout).run(input: "")
            return nil
        } catch let fault as CommandFault {
            return fault.sentence
        } catch {
            return nil
        }
    }
}
