import Dashboard
import Foundation
import PromptChainCore

extension EffectRunner {
    /// Saves a text to a file.
    func save(_ saving: TextSaving) {
        let (file, post) = (PaneTextFile(store: logStore), post)
        let isStarted = tasks.start("save") { post(.textSaved(saving, await BlockingWork.run { file.save(saving) })) }
        if !isStarted {
            post(.textSaved(saving, .failed("something else is being saved", hint: "try again in a moment")))
        }
    }

    /// Makes a file for a pager.
    func writePaged(_ text: PaneText, fromEnd: Bool) {
        let (file, post, paged) = (PaneTextFile(store: logStore), post, paged)
        let commands =
            services.pager.isEmpty ? [fromEnd ? ["less", "+G"] : ["less"], ["more"]] : [services.pager]
        tasks.start("pager") {
            do {
                let path = try await BlockingWork.run { Result { try file.page(text) } }.get()
                paged.add(path)
                post(.textPaged(PagedText(path: path, commands: commands)))
            } catch {
                post(.notice(severity: .warning, text: "there is no file for the pager: \(error)", hint: nil))
            }
        }
    }
}
