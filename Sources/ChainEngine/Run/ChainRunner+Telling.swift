import Foundation
import ModelManagement
import PromptChainCore

extension ChainRunner {
    /// Tells what exactly a model is asked.
    /// - Parameters:
    ///   - kept: how many messages of the request before it are sent again.
    ///   - prompt: the place of the message that the step began with.
    func tell(_ request: GenerationRequest, for work: Work, round: Int, kept: Int, prompt: Int) {
        let messages = request.messages.enumerated().dropFirst(kept).map { index, message in
            let names = index == prompt ? work.call.images.map { URL(filePath: $0).lastPathComponent } : []
            return ChainEvent.PromptSent.Message(
                role: message.role, content: index == prompt ? nil : message.content,
                pictures: message.images.enumerated().map { place, image in
                    ChainEvent.PromptSent.Picture(
                        name: names.indices.contains(place) ? names[place] : nil,
                        kind: ChatMessage.pictureKind(of: image), byteCount: Self.byteCount(ofBase64: image))
                },
                calls: message.toolCalls.map { .init(tool: $0.name, arguments: $0.arguments) }, tool: message.toolName)
        }
        emit(
            .promptSent(
                ChainEvent.PromptSent(
                    step: work.number, round: round, server: work.server.name, model: request.model, kept: kept,
                    messages: messages, tools: request.tools.map(\.name),
                    parameters: work.server.manager.parameters(of: request))))
    }

    private static func byteCount(ofBase64 text: String) -> Int64 {
        Int64(text.utf8.count / 4 * 3 - text.suffix(2).count { $0 == "=" })
    }
}
