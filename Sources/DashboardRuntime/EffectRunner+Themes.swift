import ChainEngine
import Dashboard
import Foundation
import PromptChainCore

extension EffectRunner {
    /// How often the files of a theme of the user's own are looked at.
    private static let themePause = Duration.milliseconds(500)

    func selectTheme(_ name: String) {
        let (services, post, watch) = (services, post, themeWatch)
        tasks.start("theme") { [self] in
            let theme = await BlockingWork.run {
                watch.use(name)
                return services.loadTheme(name)
            }
            switch theme {
            case .success(let theme): post(.themeLoaded(theme))
            case .failure(let fault): post(.notice(severity: .warning, text: Self.sentence(fault), hint: fault.hint))
            }
            keepWatch()
        }
    }

    func listThemes() {
        let (services, post) = (services, post)
        tasks.start("themes") { post(.themes(await BlockingWork.run { services.listThemes() })) }
    }

    /// Begins to watch the files of the theme at the start.
    func watchTheme() {
        guard let name = services.themeName else { return }
        let watch = themeWatch
        tasks.start("theme") { [self] in
            await BlockingWork.run { watch.use(name) }
            keepWatch()
        }
    }

    /// Looks at the files for as long as there are any: a theme that is compiled in costs nothing.
    private func keepWatch() {
        let (services, post, watch) = (services, post, themeWatch)
        guard watch.isNeeded else { return }
        tasks.start("themeWatch") {
            while watch.isNeeded, !Task.isCancelled {
                try? await Task.sleep(for: Self.themePause)
                let reading = await BlockingWork.run { watch.changed().map { services.loadTheme($0) } }
                switch reading {
                case .success(let theme)?: post(.themeLoaded(theme))
                case .failure(let fault)?:
                    post(
                        .notice(
                            severity: .warning, text: "the theme stays as it was: \(Self.sentence(fault))",
                            hint: fault.hint))
                case nil: break
                }
            }
        }
    }

    /// A fault with its place.
    private static func sentence(_ fault: FileFault) -> String {
        fault.line > 0 ? "\(fault.file):\(fault.line):\(fault.column): \(fault.message)" : fault.message
    }

    /// Hands an alert to the user's program.
    func tell(_ alert: Alert) {
        let (program, log) = (NotifierProgram(words: services.notifier), services.log)
        guard !program.words.isEmpty else { return }
        tasks.start("notifier/\(alert.title)") {
            guard let reason = await program.tell([alert.title, alert.text]) else { return }
            log.write(
                LogLine(
                    time: Date(), level: .warning, component: "promptchain.notifications",
                    message: "the notification was not told: \(reason)"))
        }
    }
}
