import Foundation
import PromptChainCore
import Synchronization

/// Tells how much GPU memory a server has, by the best that is known: what the user says, or what the GPUs of this host
/// say where the server runs on it.
public struct CapacityReader: Sendable {
    /// The reader of this host.
    public static let host = CapacityReader(monitor: .host, processes: ProcessTable())

    private static let queue = DispatchQueue(label: "promptchain.processes")

    /// How long a process that was found is taken to be the one behind its port, in seconds: looking for it reads the
    /// open files of all processes.
    private static let freshness = 15.0

    private final class Found: Sendable {
        let processes = Mutex<[Int: (process: ServerProcess?, time: Double)]>([:])
    }

    private let monitor: GPUMonitor
    private let processes: ProcessTable
    private let timekeeper: Timekeeper
    private let found = Found()

    /// A reader.
    public init(monitor: GPUMonitor, processes: ProcessTable, timekeeper: Timekeeper = .system) {
        self.monitor = monitor
        self.processes = processes
        self.timekeeper = timekeeper
    }

    /// The GPUs of this host.
    public func gpus() async -> GPUSurvey { await monitor.survey() }

    /// The process behind a server's address; `nil` when it does not run on this host, or cannot be found.
    public func process(of server: ServerConfiguration) async -> ServerProcess? {
        guard server.url.isThisMachine else { return nil }
        let (processes, port) = (processes, server.url.port)
        let now = timekeeper.elapsed()
        let known = found.processes.withLock { $0[port] }
        if let known, now - known.time < Self.freshness { return known.process }
        let process = await withCheckedContinuation { continuation in
            Self.queue.async { continuation.resume(returning: processes.listener(port: port)) }
        }
        found.processes.withLock { $0[port] = (process, now) }
        return process
    }

    /// The memory of a server.
    ///
    /// A reading of the GPUs counts only when the server's process is found on this host: behind the same address there
    /// may be a tunnel to another one.
    /// - Parameter option: what the user says that it is, in bytes; it goes before the configuration, and that before a
    ///   reading.
    public func capacity(of server: ServerConfiguration, option: Int64? = nil) async -> ServerCapacity? {
        let process = await process(of: server)
        let settings = process?.settings ?? ServerSettings()
        if let option {
            return ServerCapacity(devices: [.init(totalBytes: option)], source: .option, settings: settings)
        }
        if let vram = server.vramBytes {
            return ServerCapacity(devices: [.init(totalBytes: vram)], source: .configuration, settings: settings)
        }
        guard let process else { return nil }
        let devices = Self.devices(await monitor.survey().gpus, of: process)
        return devices.isEmpty ? nil : ServerCapacity(devices: devices, source: .gpu, settings: settings)
    }

    /// The GPUs of this host that a server can use; empty when it does not run here.
    public func gpus(of server: ServerConfiguration) async -> [GPUReading] {
        guard server.url.isThisMachine else { return [] }
        let gpus = await monitor.survey().gpus
        guard !gpus.isEmpty, let process = await process(of: server) else { return [] }
        return Self.visible(gpus, to: process)
    }

    private static func visible(_ gpus: [GPUReading], to process: ServerProcess) -> [GPUReading] {
        guard let numbers = process.visibleDevices else { return gpus }
        return gpus.filter { numbers.contains($0.index) }
    }

    static func devices(_ gpus: [GPUReading], of process: ServerProcess) -> [PlanningMemory.Device] {
        visible(gpus, to: process).compactMap { gpu in
            guard let total = gpu.totalBytes, total > 0 else { return nil }
            let others = (gpu.processes ?? []).filter { !process.processIDs.contains($0.processID) }
            return PlanningMemory.Device(totalBytes: total, othersBytes: ByteCount.sum(others.map(\.usedBytes)))
        }
    }
}
