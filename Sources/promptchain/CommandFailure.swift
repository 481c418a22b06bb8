import ModelManagement

/// What ends a command without success: a sentence, what helps, and the exit status.
struct CommandFailure: Error {
    var message: String
    var hint: String?
    var status: Int32 = ExitStatus.failed

    /// Tells it on standard error.
    func report() {
        if !message.isEmpty { Console.error("promptchain: \(Console.safe(message))") }
        if let hint { Console.error("  \(Console.safe(hint))") }
    }
}

extension CommandFailure {
    init(_ error: ModelManagementError) {
        let message =
            switch error.kind {
            case .unreachable, .notAnswering: "cannot reach \(error.server): \(error.reason)"
            default: error.sentence
            }
        self.init(
            message: message, hint: error.hint,
            status: error.isOutOfReach ? ExitStatus.unreachable : ExitStatus.failed)
    }

    /// A failure to find the server that an option names: the option is wrong then.
    init(server: String?, _ error: ModelManagementError) {
        self.init(error)
        guard let server, error.kind == .badRequest else { return }
        message = "--server \(ServerAddress.shown(server)): \(error.reason)"
        status = ExitStatus.usage
    }
}

extension ModelManagementError {
    /// Whether no server that could have done it was reached: none answers, another kind does, or it lets nobody in.
    var isOutOfReach: Bool { [.unreachable, .notAnswering, .foreign, .forbidden].contains(kind) }
}
