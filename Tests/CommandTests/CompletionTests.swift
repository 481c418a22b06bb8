import Foundation
import Testing

/// The scripts with which shells complete a line.
@Suite struct CompletionTests {
    @Test(arguments: ["bash", "zsh", "fish"])
    func scriptsKnowEveryCommand(shell: String) async throws {
        let help = try await ProgramRun.result("--help")
        let script = try await ProgramRun.result("--generate-completion-script", shell)
        #expect(script.status == 0 && script.errors.isEmpty)
        let commands = help.output.matches(of: #/\n  ([a-z]+)(?: \(default\))? {2,}[A-Z]/#).map { String($0.1) }
        #expect(commands.count >= 18)
        for command in commands { #expect(script.output.contains(command), "\(command)") }
    }

    @Test(arguments: [
        // What is written, and what it may become.
        ("promptchain hi", ["history"]), ("promptchain un", ["unload"]), ("promptchain run --pol", ["--policy"]),
        ("promptchain run --policy ", ["strict", "same-model", "lru", "planned"]),
        ("promptchain demo --theme day", ["daylight"]), ("promptchain history pr", ["prune"]),
        ("promptchain run re", ["research.yaml"]),
    ])
    func bashCompletes(line: String, expected: [String]) async throws {
        let folder = TestFolder()
        for name in ["research.yaml", "readme.txt"] { _ = try folder.write("", to: name) }
        let script = try await ProgramRun.result("--generate-completion-script", "bash").output
        let file = try folder.write(script, to: "completion.bash")
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        shell.currentDirectoryURL = URL(fileURLWithPath: folder.path(""))
        // As bash calls it: the line, its words, and where the cursor is.
        shell.arguments = [
            "bash", "--noprofile", "--norc", "-c",
            """
            source "$0"; COMP_LINE=$1; COMP_POINT=${#1}; read -ra COMP_WORDS <<< "$1"
            if [[ $1 == *" " ]]; then COMP_WORDS+=(""); fi
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _promptchain promptchain "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
            printf '%s\\n' "${COMPREPLY[@]}"
            """, file, line,
        ]
        let output = Pipe()
        shell.standardOutput = output
        try shell.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        shell.waitUntilExit()
        #expect(shell.terminationStatus == 0)
        #expect(Set(text.split(separator: "\n").map(String.init)) == Set(expected))
    }
}
