import ModelManagement
import PromptChainCore

extension ChainRunner {
    /// The most pictures of tools that a model is shown in one step.
    private static let toolPictureLimit = 8

    /// What a model is shown of the pictures that a tool gave.
    /// - Parameter count: how many it has been shown in this step.
    /// - Returns: the pictures, each as the base64 text of its file, and the answer with a note for each reason why
    ///   others are left out.
    func show(
        _ answer: ToolAnswer, to work: Work, beside count: Int
    ) async -> (answer: ToolAnswer, pictures: [String]) {
        guard !answer.pictures.isEmpty else { return (answer, []) }
        var shown: [String] = []
        var reasons: [String] = []
        let blindness = await blindness(of: work)
        for picture in answer.pictures {
            if let blindness {
                reasons.append(blindness)
            } else if count + shown.count >= Self.toolPictureLimit {
                reasons.append("a step shows its model \(Self.toolPictureLimit) at most")
            } else {
                do { shown.append(try picture.readable()) } catch { reasons.append("\(error)") }
            }
        }
        var answer = answer
        for (index, reason) in reasons.enumerated() where reasons.firstIndex(of: reason) == index {
            let number = reasons.count { $0 == reason }
            answer.text += "\n[\(number == 1 ? "1 picture" : "\(number) pictures") left out: \(reason)]"
        }
        return (answer, shown)
    }

    /// Why a model cannot be shown pictures; `nil` where it can. One that is shown a picture without being able to see
    /// any fails, so a model of which nothing is known is shown none.
    private func blindness(of work: Work) async -> String? {
        let manager = work.server.manager
        switch (try? await manager.describe(work.model))?.seesPictures {
        case true?: return nil
        case false?: return "\(work.model.short) cannot see pictures"
        case nil: return "\(work.server.name) does not say that \(work.model.short) can see pictures"
        }
    }
}
