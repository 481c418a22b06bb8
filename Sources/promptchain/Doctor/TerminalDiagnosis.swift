import Foundation

/// Whether the dashboard will look as it should in this terminal.
struct TerminalDiagnosis {
    var environment: [String: String]
    var isTerminal = Console.outputIsTerminal
    var size: (columns: Int, rows: Int)? = TerminalDiagnosis.currentSize

    private static var currentSize: (columns: Int, rows: Int)? {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Whether the locale says that text is UTF-8.
    static func isUTF8(_ environment: [String: String]) -> Bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
        return locale.lowercased().replacing("-", with: "").contains("utf8")
    }

    var checks: [DoctorCheck] {
        var checks: [DoctorCheck] = []
        func add(_ level: DoctorCheck.Level, _ message: String, hint: String? = nil) {
            checks.append(DoctorCheck(group: .terminal, level: level, message: message, hint: hint))
        }
        let term = environment["TERM"] ?? ""
        if term.isEmpty || term == "dumb" {
            add(
                isTerminal ? .problem : .fine, term.isEmpty ? "TERM is not set" : "TERM is dumb",
                hint: isTerminal ? "The dashboard needs the terminal's kind: export TERM=xterm-256color." : nil)
        } else {
            add(.fine, "TERM is \(term), \(colors(term))")
        }
        if Self.isUTF8(environment) {
            add(.fine, "the locale is UTF-8")
        } else {
            add(
                .warning, "the locale is not UTF-8: frames and bars may come out wrong",
                hint: "export LC_ALL=C.UTF-8, or use --ascii.")
        }
        guard isTerminal, let size else { return checks }
        if size.columns < 80 || size.rows < 24 {
            add(
                .warning, "it has \(size.columns) × \(size.rows) characters",
                hint: "The dashboard shows everything from 80 × 24 on: enlarge the window.")
        } else {
            add(.fine, "it has \(size.columns) × \(size.rows) characters")
        }
        return checks
    }

    private func colors(_ term: String) -> String {
        if let wish = environment["NO_COLOR"], !wish.isEmpty { return "no colours, since NO_COLOR asks for none" }
        let promise = environment["COLORTERM"]?.lowercased() ?? ""
        if promise == "truecolor" || promise == "24bit" || term.hasSuffix("-direct") { return "24-bit colours" }
        return term.contains("256color") ? "256 colours" : "as many colours as its description has"
    }
}
