import Foundation
import PromptChainCore
import Synchronization
import Testing

@testable import ModelManagement

/// What the kernel's files of a loading runner, of one whose server is gone, and of clients say.
@Suite struct RunnerProcessTests {
    private static let blob = "sha256-aeda25e63ebd698fab8638ffb778e68bed908b960d39d0becc650fa981609d25"
    private static let runner = "/usr/lib/ollama/llama-server\0--model\0/b/\(blob)\0--port\040123\0"

    private static func stat(_ process: Int, _ name: String, _ state: String, parent: Int) -> String {
        "\(process) (\(name)) \(state) \(parent) 50 50 0 -1 0 0 0 0 0 0 0 0 0 20 0 9 0 98025 0 0"
    }

    @Test func aLoadingRunnerIsReadInFull() throws {
        let tree = try FileTree([
            "uptime": "1000.25 3500.00\n", "61/stat": Self.stat(61, "llama-server", "D", parent: 50),
            "61/statm": "900000 1024 300 1 0 5 0\n",
            "61/io": "rchar: 9\nwchar: 9\nsyscr: 9\nsyscw: 9\nread_bytes: 4096000\nwrite_bytes: 0\n",
        ])
        let table = ProcessTable(root: tree.path)
        let page = Int64(sysconf(Int32(_SC_PAGESIZE)))
        #expect(
            table.runner(61, isLoading: true)
                == RunnerProcess(
                    processID: 61, parentID: 50, state: .blocked, ageSeconds: 20, residentBytes: 1024 * page,
                    readBytes: 4_096_000))
        #expect(
            table.runner(61, isLoading: false) == RunnerProcess(processID: 61, parentID: 50, state: .blocked))
        #expect(table.runner(62, isLoading: true) == nil)
    }

    @Test func whatCannotBeReadIsUnknown() throws {
        let tree = try FileTree([
            "61/stat": "61 (llama-server) ? 50", "61/statm": "x y", "61/io": "read_bytes: many\n",
        ])
        #expect(
            ProcessTable(root: tree.path).runner(61, isLoading: true) == RunnerProcess(processID: 61, parentID: 50))
    }

    @Test(arguments: [
        ("R", RunnerProcess.State.running), ("S", .sleeping), ("D", .blocked), ("T", .stopped), ("Z", .ended),
    ])
    func theLetterOfTheStateIsRead(letter: String, state: RunnerProcess.State) throws {
        let tree = try FileTree(["61/stat": Self.stat(61, "x", letter, parent: 1)])
        #expect(ProcessTable(root: tree.path).runner(61, isLoading: false)?.state == state)
    }

    @Test(
        arguments: [
            ("init", 1, "llama-server", runner, true), ("systemd", 900, "llama-server", runner, true),
            ("ollama", 1, "llama-server", runner, false), ("ollama", 50, "llama-server", runner, false),
            ("init", 1, "ollama", "/usr/bin/ollama\0runner\0--model\0/b/\(blob)\0--port\040123\0", true),
            ("init", 1, "ollama", "/usr/bin/ollama\0serve\0", false),
            ("init", 1, "llama-server", "llama-server\0-m\0own.gguf\0--port\08080\0", false),
        ] as [(String, Int, String, String, Bool)])
    func aRunnerWithoutItsServerIsAnOrphan(
        parentName: String, parent: Int, name: String, arguments: String, expected: Bool
    ) throws {
        let tree = try FileTree([
            "\(parent)/stat": Self.stat(parent, parentName, "S", parent: 0),
            "61/stat": Self.stat(61, name, "S", parent: parent), "61/cmdline": arguments,
        ])
        #expect(ProcessTable(root: tree.path).isOrphan(61) == expected)
    }

    private struct Cards: GPUReader {
        let source = "test"
        func read() throws -> [GPUReading] {
            [
                GPUReading(
                    index: 0, name: "A", usedBytes: 10 << 30, totalBytes: 24 << 30,
                    processes: [GPUProcess(processID: 61, usedBytes: 9 << 30)]),
                GPUReading(index: 1, name: "B", usedBytes: 0, totalBytes: 24 << 30, processes: []),
            ]
        }
    }

    private static let header =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"

    @Test func whatAGoneServerLeftOnAGPUIsShown() async throws {
        let files = [
            "net/tcp": Self.header, "1/stat": Self.stat(1, "systemd", "S", parent: 0),
            "61/stat": Self.stat(61, "llama-server", "S", parent: 1), "61/cmdline": Self.runner,
        ]
        let tree = try FileTree(files)
        func read(_ tree: FileTree) async -> [GPUReading] {
            await CapacityReader(monitor: GPUMonitor(readers: [Cards()]), processes: ProcessTable(root: tree.path))
                .gpus(of: ServerConfiguration())
        }
        let found = await read(tree)
        #expect(found.map(\.index) == [0])
        #expect(
            found.first?.processes == [
                GPUProcess(
                    processID: 61, usedBytes: 9 << 30, name: "llama-server", parentID: 1, isOrphan: true)
            ])
        // Somebody listens who cannot be told: he may pass on to another host.
        let listening =
            Self.header
            + "   0: 0100007F:2CAA 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 4242 1 0 100\n"
        let other = try FileTree(files.merging(["net/tcp": listening]) { $1 })
        #expect(await read(other).isEmpty)
    }

    /// A client on this host, one of another host, and this program itself.
    private func connected() throws -> FileTree {
        func row(_ local: String, _ remote: String, _ inode: Int) -> String {
            "   0: \(local) \(remote) 01 00000000:00000000 00:00000000 00000000 0 0 \(inode) 1 0 100\n"
        }
        return try FileTree(
            [
                "net/tcp": Self.header + row("0100007F:2CAA", "0100007F:9C40", 700)
                    + row("0100007F:9C40", "0100007F:2CAA", 701)
                    + row("0100007F:2CAA", "0700000A:9C41", 702)
                    + row("0100007F:2CAA", "0100007F:9C42", 703) + row("0100007F:9C42", "0100007F:2CAA", 704)
                    + row("0100007F:2CAB", "0100007F:9C43", 705),
                "net/tcp6": Self.header
                    + row(
                        "0000000000000000FFFF00000100007F:2CAA", "0000000000000000FFFF00000100007F:9C44", 706)
                    + row(
                        "0000000000000000FFFF00000100007F:2CAA", "B80D0120000000000000000001000000:9C45", 707),
                "80/stat": Self.stat(80, "python3", "S", parent: 1),
            ], links: ["80/fd/5": "socket:[701]", "self/fd/3": "socket:[704]"])
    }

    @Test func clientsAreToldByTheirSockets() throws {
        let tree = try connected()
        let clients = ClientWatch(table: ProcessTable(root: tree.path)).clients(ofPort: 11_434)
        #expect(
            clients == [
                ServerClient(address: "10.0.0.7"), ServerClient(address: "127.0.0.1"),
                ServerClient(address: "127.0.0.1", processID: 80, name: "python3"),
                ServerClient(address: "2001:db8::1"),
            ])
        #expect(clients?.map(\.title) == ["10.0.0.7", "127.0.0.1", "python3 (80)", "2001:db8::1"])
        #expect(ClientWatch(table: ProcessTable(root: "/nowhere")).clients(ofPort: 11_434) == nil)
    }

    @Test func openFilesAreNotReadAgainAtEveryTurn() throws {
        let tree = try connected()
        let watch = ClientWatch(table: ProcessTable(root: tree.path))
        _ = watch.clients(ofPort: 11_434)
        // Whose a socket is does not change: what was found stays, also where it could not be found again.
        try tree.remove("80/fd")
        #expect(watch.clients(ofPort: 11_434)?.contains { $0.processID == 80 } == true)
    }

    @Test(arguments: [(0.0009, true), (0.003, false)])
    func aLookThatCostsMuchIsNotRepeatedAtOnce(seconds: Double, isRepeated: Bool) throws {
        let tree = try connected()
        // Every look at the clock finds that so much time has passed.
        let time = Mutex(0.0)
        let watch = ClientWatch(table: ProcessTable(root: tree.path)) {
            time.withLock {
                $0 += seconds
                return $0
            }
        }
        #expect(watch.clients(ofPort: 11_434)?.count == 4)
        try tree.write("net/tcp6", Self.header)
        #expect(watch.clients(ofPort: 11_434)?.count == (isRepeated ? 2 : 4))
        time.withLock { $0 += seconds * ClientWatch.rest }
        #expect(watch.clients(ofPort: 11_434)?.count == 2)
    }

    @Test(arguments: [
        ("00000000000000000000000000000000", "::"), ("0100007F", "127.0.0.1"),
        ("000080FE00000000FF005450B6AD1DFE", "fe80::5054:ff:fe1d:adb6"),
    ])
    func addressesAreWrittenAsPeopleDo(hex: String, text: String) {
        #expect(ProcessTable.address(Substring(hex)) == text)
    }
}
