import Testing

/// A command line that cannot be done, and a line that says so.
struct WrongLine: Sendable, CustomTestStringConvertible {
    var arguments: [String]
    var says: [String]

    init(_ line: String, _ says: String...) {
        arguments = line.split(separator: " ").map(String.init)
        self.says = says
    }

    var testDescription: String { arguments.joined(separator: " ") }
}

/// Every wrong command line is told in a sentence and ends with 64.
struct UsageTests {
    static let lines = [
        WrongLine("pss", "'pss' is no command. Did you mean: promptchain ps"),
        WrongLine("modles --json", "Did you mean: promptchain models --json"),
        WrongLine("frobnicate", "'frobnicate' is no command. Commands: check, demo,"),
        WrongLine(
            "chain.yaml --policy strict", "'chain.yaml' is no command",
            "Did you mean: promptchain run chain.yaml --policy strict"),
        WrongLine(
            "--server http://gpu-box:11434 ps", "options stand after the command",
            "Write: promptchain ps --server http://gpu-box:11434"),
        WrongLine("-v ps --json", "Write: promptchain ps -v --json"),
        WrongLine("--bogus", "unknown option '--bogus'", "promptchain --help tells"),
        WrongLine("ps --jsn", "Did you mean '--json'?", "promptchain ps --help tells"),
        WrongLine("ps extra", "unexpected argument 'extra'"),
        WrongLine("run", "missing expected argument '<chain>'"),
        WrongLine("check", "missing expected argument '<files> ...'"),
        WrongLine("run x.yaml --policy best", "write strict, same-model, lru or planned"),
        WrongLine("run x.yaml --context big", "write a number of tokens, max or fit"),
        WrongLine("run x.yaml --vram 24", "write an amount with its unit: 24GiB"),
        WrongLine("run x.yaml --input a --input-file b", "give --input or --input-file, not both"),
        WrongLine("run x.yaml --plain --json", "'--json'", "'--plain'"),
        WrongLine("run x.yaml --server gpu-box", "--server gpu-box: no server of this name is configured"),
        WrongLine("load m --context 0", "write a number of tokens, max or fit"),
        WrongLine("load m --keep-alive soon", "write seconds as a number, or 500ms, 30s, 5m, 1h30m"),
        WrongLine("unload", "which model? promptchain ps lists what is loaded; --all takes all"),
        WrongLine("unload --all m", "give model names or --all, not both"),
        WrongLine("unload --all", "without a terminal it needs --yes"),
        WrongLine("watch --interval 1ms", "--interval is a time from 100ms to 1h"),
        WrongLine("watch --screen 80", "write columns and rows as 110x32"),
        WrongLine("watch --screen 80x24 --once", "not both"),
        WrongLine("watch --attach latest --events x", "give --attach or --events, not both"),
        WrongLine("run x.yaml --on-hangup maybe", "write continue or stop"),
        WrongLine("replay x --at=-1s", "--at is a time from 0 on"),
        WrongLine("replay x --color", "--color needs --screen WxH"),
        WrongLine("replay x --speed 0", "write a factor above 0"),
        WrongLine("history shw", "unexpected argument 'shw'"),
        WrongLine("history list --limit 0", "--limit is a number from 1 up"),
        WrongLine("history prune --older-than soon", "write seconds as a number, or 500ms, 30s, 5m, 1h30m"),
        WrongLine("history prune", "without a terminal it needs --yes"),
        WrongLine("resume", "missing expected argument '<run>'"),
        WrongLine("resume x --plain --json", "'--json'", "'--plain'"),
        WrongLine("demo --at 5s", "--at needs --screen WxH"),
        WrongLine("simulate --speed 0", "write a factor above 0"),
        WrongLine("simulate --port 99999", "--port is a number from 0 to 65535"),
        WrongLine("simulate --fault flood", "there is no fault", "known: refuse, delay"),
        WrongLine("simulate --max-loaded-models -1", "--max-loaded-models is a number from 0 up"),
        WrongLine("ps --log-level loud", "with a level of trace, debug, info"),
        WrongLine("ps --log-level promptchain=debgu", "did you mean debug?"),
        WrongLine("ps --server ftp://gpu-box", "An address is written as http://HOST:PORT."),
    ]

    @Test(arguments: lines)
    func sentence(line: WrongLine) async throws {
        let result = try await ProgramRun.result(line.arguments)
        #expect(result.status == 64, "\(result)")
        #expect(result.output.isEmpty)
        for text in line.says { #expect(result.errors.contains(text), "\(result)") }
    }

    @Test
    func unreadableHostIsNotReplaced() async throws {
        let result = try await ProgramRun.result("ps", environment: ["OLLAMA_HOST": "ftp://gpu-box"])
        #expect(result.status == 64)
        #expect(result.errors.hasPrefix("promptchain: OLLAMA_HOST is “ftp://gpu-box”, which is no address\n"))
    }

    @Test(arguments: [
        "", "watch", "demo", "run", "check", "ps", "models", "show", "load", "unload", "pull", "rm", "simulate",
        "themes", "keys",
    ])
    func help(command: String) async throws {
        let result = try await ProgramRun.result(command.isEmpty ? ["--help"] : [command, "--help"])
        #expect(result.status == 0)
        #expect(result.output.contains("USAGE: promptchain"))
        #expect(result.errors.isEmpty)
    }

    @Test
    func version() async throws {
        let result = try await ProgramRun.result("--version")
        #expect(result.status == 0)
        #expect(result.output.split(separator: ".").count == 3)
    }

    @Test
    func themes() async throws {
        let result = try await ProgramRun.result("themes")
        #expect(result.status == 0)
        let line = result.output.split(separator: "\n").first { $0.hasPrefix("midnight ") }
        #expect(line?.hasSuffix("PromptChain contributors · MIT · shipped") == true)
        let json = try await ProgramRun.result("themes", "--json").json()
        #expect(json["themes"]?.arrayValue?.contains("daylight") == true)
        let details = json["details"]?.arrayValue ?? []
        #expect(details.count >= 8 && details.allSatisfy { $0["origin"] == "shipped" && $0["fault"] == nil })
        let colored = try await ProgramRun.result(["themes", "--color"], environment: ["NO_COLOR": ""])
        #expect(colored.output.contains("accent"))
    }

    @Test(arguments: [
        // The terminal, what is asked for, and whether there are colours.
        (["TERM": "dumb"], ["--color"], true), (["TERM": "dumb"], [], false), (["TERM": "xterm"], ["--color"], true),
        (["TERM": "dumb", "NO_COLOR": "1"], ["--color"], false), (["TERM": "xterm-256color"], [], false),
    ])
    func themesHaveTheirOwnColoursWhereTheyAreAskedFor(
        variables: [String: String], options: [String], areThere: Bool
    ) async throws {
        let result = try await ProgramRun.result(
            ["themes"] + options, environment: ["COLORTERM": "", "NO_COLOR": ""].merging(variables) { $1 })
        let lines = result.output.split(separator: "\n")
        #expect(result.status == 0 && lines.count >= 8)
        // A 24-bit background, and not the same one for all.
        let grounds = Set(lines.compactMap { $0.firstMatch(of: #/\e\[[0-9;]*48;2;([0-9;]+)/#)?.1 })
        #expect(areThere ? grounds.count >= 4 : grounds.isEmpty && !result.output.contains("\u{1B}"))
    }

    @Test
    func fullDisk() async throws {
        for arguments in [["themes"], ["--help"], ["keys"]] {
            let result = try await ProgramRun.result(arguments, outputTo: "/dev/full")
            #expect(result.status == 1)
            #expect(result.errors == "promptchain: cannot write to standard output: No space left on device\n")
        }
    }
}
