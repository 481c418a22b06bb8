import Foundation
import ModelManagement
import PromptChainCore

extension ChainRunner {
    /// The largest picture that is sent, in bytes.
    private static let pictureLimit = 32 << 20

    /// The pictures of a call, each as the base64 text of its file.
    /// - Throws: `ModelManagementError`, which names the file that cannot be read.
    func pictures(of call: ModelCall) async throws -> [String] {
        guard !call.images.isEmpty else { return [] }
        // Reading blocks: it has a thread of its own.
        return try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(with: Result { try call.images.map { try Self.picture(at: $0, for: call.model) } })
            }
        }
    }

    private static func picture(at path: String, for model: ModelName) throws -> String {
        func failure(_ reason: String) -> ModelManagementError {
            ModelManagementError(
                kind: .badRequest, action: "send the picture \(path) to \(model.short)", server: "this machine",
                reason: reason, hint: "Check the path under images.")
        }
        guard let handle = FileHandle(forReadingAtPath: path) else { throw failure("there is no such file") }
        defer { try? handle.close() }
        guard let data = try? handle.read(upToCount: pictureLimit + 1) else { throw failure("it cannot be read") }
        guard data.count <= pictureLimit else { throw failure("it is larger than \(pictureLimit >> 20) MiB") }
        return data.base64EncodedString()
    }
}
