import ModelManagement
import PromptChainCore

/// A server as a run knows it.
struct RunServer: Sendable {
    /// What tells it from other servers.
    var key: String
    /// Its name in sentences.
    var name: String
    /// The kind of server in sentences.
    var kind: String
    /// Whether it can be asked to unload a model. One that keeps its model for good is never asked.
    var canUnload: Bool
    /// Whether it is on this machine.
    var isLocal: Bool
    /// Whether a keep-alive can be set.
    var hasKeepAlive: Bool
    /// The kind of server, where its manager tells it: it decides about loads.
    var provider: ModelProvider?
    /// What speaks with it.
    var manager: any ChainServer

    init(manager: any ChainServer, request: ServerRequest) {
        self.manager = manager
        let inspector = manager as? any ServerInspector
        name = inspector?.server ?? request.choice ?? "the server"
        kind = inspector?.provider.description ?? request.provider?.description ?? "the server"
        isLocal = inspector.flatMap { ServerAddress($0.address) }?.isThisMachine ?? false
        hasKeepAlive = inspector?.capabilities.contains(.keepAlive) ?? false
        provider = inspector?.provider
        canUnload = inspector?.capabilities.contains(.unload) ?? true
        key = inspector?.address ?? Self.identity(of: manager) ?? request.choice ?? ""
    }

    // A manager that does not tell its address is known by its identity, where it has one.
    private static func identity(of manager: any ChainServer) -> String? {
        guard type(of: manager) is AnyClass else { return nil }
        return "manager-\(UInt(bitPattern: ObjectIdentifier(manager as AnyObject).hashValue))"
    }
}

/// Why a step failed.
struct StepFailure: Error {
    /// Whether its model could not be made ready, as against an answer that failed.
    var isLoad: Bool
    /// What failed, in one sentence.
    var sentence: String
    /// What helps.
    var hint: String?
    /// The failure as the manager gave it.
    var cause: ModelManagementError?

    init(_ error: any Error, isLoad: Bool) {
        if let failure = error as? StepFailure {
            self = failure
            return
        }
        let cause = error as? ModelManagementError
        self.isLoad = isLoad
        sentence = cause?.sentence ?? "\(error)"
        hint = cause?.hint
        self.cause = cause
    }

    /// What such a step gives as its output: for a load the sentence that a rule can look for.
    func output(text: String) -> String {
        isLoad ? "Model management failed: \(sentence)" : text
    }
}
