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
        // A tunnel: the port answers, and nothing of this host listens that could be found.
        let tunnel = try #require(ServerAddress("http://127.0.0.1:2222"))
        #expect(await reader.capacity(of: ServerConfiguration(url: tunnel)) == nil)
        #expect(await reader.gpus(of: ServerConfiguration(url: tunnel)) == [])
    }

    @Test(arguments: [("1", [1]), ("0,1", [0, 1]), ("-1", []), ("GPU-4f2a", [0, 1])])
    func aServerUsesTheDevicesThatItWasGiven(value: String, expected: [Int]) {
        let process = ServerProcess(processID: 1, environment: ["CUDA_VISIBLE_DEVICES": value])
        let devices = CapacityReader.devices(cards, of: process)
        #expect(devices.map(\.totalBytes) == expected.map { cards[$0].totalBytes ?? 0 })
    }

    /// A socket of this very process, in the kernel's own files.
    @Test func theKernelsOwnTableIsUnderstood() throws {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                try #require(bind(socket, pointer, length) == 0 && listen(socket, 1) == 0)
                try #require(getsockname(socket, pointer, &length) == 0)
            }
        }
        let port = Int(UInt16(bigEndian: address.sin_port))
        let found = ProcessTable().listener(port: port)
        #expect(found?.processID == getpid())
        #expect(found?.environment?["PATH"] == ProcessInfo.processInfo.environment["PATH"])
    }
}
