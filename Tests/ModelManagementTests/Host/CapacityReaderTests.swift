import Foundation
import PromptChainCore
import Testing

@testable import ModelManagement

@Suite struct CapacityReaderTests {
    private struct Cards: GPUReader {
        let source = "test"
        var gpus: [GPUReading]
        func read() throws -> [GPUReading] { gpus }
    }

    /// Ollama with two runners on port 11434 (0x2CAA), and a program of somebody else's.
    private func tree() throws -> FileTree {
        let header =
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
        return try FileTree(
            [
                "net/tcp": header
                    + "   0: 0100007F:2CAA 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 4242 1 0 100\n"
                    + "   1: 0100007F:2CAA 0100007F:D431 01 00000000:00000000 00:00000000 00000000 0 0 4243 1 0 100\n",
                "50/stat": "50 (odd) name) S 1 50 50 0 -1",
                "50/cmdline": "/usr/bin/ollama\0serve\0",
                "50/environ": "OLLAMA_NUM_PARALLEL=4\0OLLAMA_KV_CACHE_TYPE=q8_0\0OLLAMA_MAX_LOADED_MODELS=2\0EMPTY=\0",
                "61/stat": "61 (llama-server) S 50 50 50 0 -1",
                "62/stat": "62 (llama-server) S 61 50 50 0 -1",
                "70/stat": "70 (blender) S 1 70 70 0 -1",
            ], links: ["50/fd/3": "socket:[4242]", "61/fd/3": "socket:[4242]", "70/fd/3": "socket:[9999]"])
    }

    private let cards = [
        GPUReading(
            index: 0, name: "A", usedBytes: 12 << 30, totalBytes: 24 << 30,
            processes: [
                GPUProcess(processID: 61, usedBytes: 9 << 30), GPUProcess(processID: 62, usedBytes: 1 << 30),
                GPUProcess(processID: 70, usedBytes: 2 << 30),
            ]),
        GPUReading(index: 1, name: "B", totalBytes: 16 << 30),
    ]

    private func reader(_ tree: FileTree) -> CapacityReader {
        CapacityReader(monitor: GPUMonitor(readers: [Cards(gpus: cards)]), processes: ProcessTable(root: tree.path))
    }

    @Test func theListenerIsFoundByItsPort() throws {
        let tree = try tree()
        let process = ProcessTable(root: tree.path).listener(port: 11_434)
        #expect(process?.processID == 50)
        #expect(process?.name == "odd) name")
        #expect(process?.descendants == [61, 62])
        #expect(process?.arguments == ["/usr/bin/ollama", "serve"])
        #expect(process?.settings == ServerSettings(parallelSlots: 4, cacheType: "q8_0", maxLoadedModels: 2))
        #expect(ProcessTable(root: tree.path).listener(port: 11_435) == nil)
        #expect(ProcessTable(root: "/nowhere").listener(port: 11_434) == nil)
    }

    @Test func llamaServersOptionsAreRead() {
        let process = ServerProcess(
            processID: 1,
            arguments: ["llama-server", "--models-max", "3", "-np", "2", "--cache-type-k=q4_0", "--port", "8080"])
        #expect(process.settings == ServerSettings(parallelSlots: 2, cacheType: "q4_0", maxLoadedModels: 3))
        #expect(ServerProcess(processID: 1, arguments: ["llama-server", "-np", "-1"]).settings == ServerSettings())
    }

    @Test func aReadingCountsForAServerOnThisHost() async throws {
        let tree = try tree()
        let capacity = await reader(tree).capacity(of: ServerConfiguration())
        #expect(
            capacity
                == ServerCapacity(
                    devices: [.init(totalBytes: 24 << 30, othersBytes: 2 << 30), .init(totalBytes: 16 << 30)],
                    source: .gpu,
                    settings: ServerSettings(parallelSlots: 4, cacheType: "q8_0", maxLoadedModels: 2)))
    }

    @Test func whatTheUserSaysGoesBeforeAReading() async throws {
        let tree = try tree()
        let reader = reader(tree)
        let configured = ServerConfiguration(vramBytes: 8 << 30)
        #expect(await reader.capacity(of: configured)?.source == .configuration)
        #expect(await reader.capacity(of: configured)?.totalBytes == 8 << 30)
        let option = await reader.capacity(of: configured, option: 4 << 30)
        #expect(option?.source == .option)
        #expect(option?.totalBytes == 4 << 30)
    }

    @Test func aServerElsewhereHasNoCapacityHere() async throws {
        let tree = try tree()
        let reader = reader(tree)
        let remote = try #require(ServerAddress("http://gpu-box:11434"))
        #expect(await reader.capacity(of: ServerConfiguration(url: remote)) == nil)
        // A tunnel out of a container: the port answers, and nothing that can be seen here listens.
        let tunnel = try #require(ServerAddress("http://127.0.0.1:2222"))
        #expect(await reader.capacity(of: ServerConfiguration(url: tunnel)) == nil)
        #expect(await reader.gpus(of: ServerConfiguration(url: tunnel)) == [])
    }

    private static let header =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"

    private static func listening(user: Int) -> String {
        header + "   0: 0100007F:2CAA 00000000:0000 0A 00000000:00000000 00:00000000 00000000 \(user) 0 4242 1 0 100\n"
    }

    @Test(arguments: ["ssh", "docker-proxy", "systemd-socket-", "promptchain"])
    func whatOnlyPassesOnHasNoGPUs(name: String) async throws {
        let tree = try FileTree(
            [
                "net/tcp": Self.listening(user: 1000), "50/stat": "50 (\(name)) S 1 50 50 0 -1",
                "50/cmdline": "\(name)\0",
            ],
            links: ["50/fd/3": "socket:[4242]"])
        let reader = reader(tree)
        #expect(await reader.process(of: ServerConfiguration())?.processID == 50)
        #expect(await reader.capacity(of: ServerConfiguration()) == nil)
        #expect(await reader.gpus(of: ServerConfiguration()) == [])
    }

    /// Ollama's service runs under a user of its own, whose open files nobody else can read.
    @Test func aServiceOfAnotherUserIsFoundByItsSocketsOwner() async throws {
        var files = [
            "net/tcp": Self.listening(user: 998),
            "50/stat": "50 (ollama) S 1 50 50 0 -1", "50/status": "Name:\tollama\nUid:\t998\t998\t998\t998\n",
            "50/cmdline": "/usr/bin/ollama\0serve\0",
            "61/stat": "61 (llama-server) S 50 50 50 0 -1", "61/status": "Uid:\t998\t998\t998\t998\n",
            "70/stat": "70 (bash) S 1 70 70 0 -1", "70/status": "Uid:\t1000\t1000\t1000\t1000\n",
        ]
        let tree = try FileTree(files)
        let process = ProcessTable(root: tree.path).listener(port: 11_434)
        #expect(process?.processID == 50)
        #expect(process?.descendants == [61])
        #expect(process?.environment == nil)
        #expect(await reader(tree).capacity(of: ServerConfiguration())?.source == .gpu)
        // Two families: it cannot be told which one listens.
        files["80/stat"] = "80 (other) S 1 80 80 0 -1"
        files["80/status"] = "Uid:\t998\t998\t998\t998\n"
        let unclear = try FileTree(files)
        #expect(ProcessTable(root: unclear.path).listener(port: 11_434) == nil)
        // One whose open files can be read, and which does not listen, is no candidate.
        let ruledOut = try FileTree(files, links: ["80/fd/0": "/dev/null"])
        #expect(ProcessTable(root: ruledOut.path).listener(port: 11_434)?.processID == 50)
    }

    @Test func childrenAreReadFromTheKernelsListsWhereItKeepsThem() throws {
        let tree = try FileTree(
            [
                "net/tcp": Self.listening(user: 0), "50/stat": "50 (ollama) S 1 50 50 0 -1",
                "50/task/50/children": "61 ", "50/task/51/children": "63 64 ", "61/task/61/children": "62 ",
                "62/task/62/children": "", "63/task/63/children": "", "64/task/64/children": "50 ",
            ], links: ["50/fd/3": "socket:[4242]"])
        #expect(ProcessTable(root: tree.path).listener(port: 11_434)?.descendants == [61, 62, 63, 64])
    }

    @Test func aProcessIsFollowedWithoutLookingForItAgain() async throws {
        let tree = try tree()
        let clock = TestClock()
        let reader = CapacityReader(
            monitor: GPUMonitor(readers: [Cards(gpus: cards)]), processes: ProcessTable(root: tree.path),
            timekeeper: clock.timekeeper)
        #expect(await reader.process(of: ServerConfiguration())?.descendants == [61, 62])
        try tree.write("63/stat", "63 (llama-server) S 50 50 50 0 -1")
        #expect(await reader.process(of: ServerConfiguration())?.descendants == [61, 62])
        try await clock.timekeeper.sleep(1)
        #expect(await reader.process(of: ServerConfiguration())?.descendants == [61, 62, 63])
        // Another process has its number: the port is looked for again, and not found.
        try tree.write("50/stat", "50 (sh) S 1 50 50 0 -1 0 0 0 0 0 0 0 0 0 20 0 9 0 777")
        try tree.remove("50/fd")
        try tree.remove("61/fd")
        try await clock.timekeeper.sleep(1)
        #expect(await reader.process(of: ServerConfiguration()) == nil)
    }

    @Test(arguments: [
        ("http://127.0.0.1:1", true), ("http://localhost:1", true), ("http://192.168.1.7:1", true),
        ("http://192.168.1.8:1", false), ("http://[fe80::1]:1", true), ("http://gpu-box:1", true),
        ("http://GPU-BOX.lan:1", true), ("http://gpu:1", false), ("http://box.lan:1", false),
    ])
    func thisHostHasSeveralAddresses(url: String, expected: Bool) throws {
        let addresses = HostAddresses(name: { "gpu-box.lan" }, interfaces: { ["127.0.0.1", "192.168.1.7", "fe80::1"] })
        #expect(try addresses.contains(#require(ServerAddress(url))) == expected)
    }

    @Test func theSystemTellsItsAddresses() {
        #expect(HostAddresses.system.interfaces().contains("127.0.0.1"))
        #expect(!HostAddresses.system.name().isEmpty)
    }

    /// Sockets of this very process, of both kinds of addresses, as the kernel tells of them in both ways.
    @Test(arguments: [("127.0.0.1", "127.0.0.1"), ("::1", "::1"), ("::", "127.0.0.1")])
    func theKernelsOwnTableIsUnderstood(listening: String, connecting: String) throws {
        guard let server = try numericSocket(listening, port: 0, bind) else { return }
        defer { close(server) }
        try #require(listen(server, 1) == 0)
        let port = try port(of: server)
        let found = ProcessTable().listener(port: port)
        #expect(found?.processID == getpid())
        #expect(found?.environment?["PATH"] == ProcessInfo.processInfo.environment["PATH"])
        #expect(ProcessTable().hasListener(port: port) == true)
        // Under another name the kernel's texts are read.
        #expect(ProcessTable(root: "/proc/.").listener(port: port)?.processID == getpid())

        let client = try #require(try numericSocket(connecting, port: port, connect))
        defer { close(client) }
        let asked = try #require(SocketDiagnostics.sockets(.established, port: port))
        let read = try #require(ProcessTable(root: "/proc/.").tcpSockets(.established, port: port))
        #expect(asked.count == 2)
        #expect(asked.sorted { $0.localPort < $1.localPort } == read.sorted { $0.localPort < $1.localPort })
        #expect(ProcessTable().connections(toPort: port)?.map(\.address) == [connecting])
    }

    /// A socket at an address, or to one; `nil` where the host has no addresses of its kind.
    private func numericSocket(
        _ address: String, port: Int, _ use: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) throws -> Int32? {
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        try #require(getaddrinfo(address, "\(port)", &hints, &list) == 0)
        defer { freeaddrinfo(list) }
        let found = try #require(list).pointee
        let descriptor = socket(found.ai_family, found.ai_socktype, found.ai_protocol)
        if descriptor < 0, errno == EAFNOSUPPORT { return nil }
        guard use(descriptor, found.ai_addr, found.ai_addrlen) == 0 else {
            let isMissing = errno == EADDRNOTAVAIL
            close(descriptor)
            try #require(isMissing && address.contains(":"))
            return nil
        }
        return descriptor
    }

    private func port(of socket: Int32) throws -> Int {
        var address = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let failure = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &length) }
        }
        try #require(failure == 0)
        // The port stands at the same place in addresses of both kinds.
        return Int(UInt16(bigEndian: address.sin6_port))
    }
}
