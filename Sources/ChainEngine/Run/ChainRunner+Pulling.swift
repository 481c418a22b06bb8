import ModelManagement
import PromptChainCore

extension ChainRunner {
    /// Does something that needs a model, and downloads the model first where the server lacks it and the options say
    /// so.
    func pullingWhereMissing<Value: Sendable>(
        _ work: Work, pulls: Bool = true, _ action: () async throws -> Value
    ) async throws -> Value {
        do {
            return try await action()
        } catch let error as ModelManagementError where error.kind == .modelNotFound && options.pull && pulls {
            guard let library = work.server.manager as? any ModelLibrary else { throw error }
            try await pull(work, from: library)
            return try await action()
        }
    }

    private func pull(_ work: Work, from library: any ModelLibrary) async throws {
        log("🔄 Model Management: Pulling \(work.model)")
        var told = 0
        for try await progress in library.pull(work.model) {
            guard let all = progress.totalBytes, all > 0, let done = progress.completedBytes else { continue }
            let tenths = Int(Double(done) / Double(all) * 10)
            if tenths > told, tenths < 10 {
                told = tenths
                log("🔄 Model Management: Pulling \(work.model): \(tenths * 10) % of \(ByteCount.text(all))")
            }
        }
        try Task.checkCancellation()
        log("✓ Successfully pulled \(work.model)")
    }
}
