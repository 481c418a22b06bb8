import Foundation
import PromptChainCore
import Synchronization

/// Tells how much GPU memory a server has, by the best that is known: what the user says, or what the GPUs of this host
/// say where the server runs on it. Several callers share one reading.
public struct CapacityReader: Sendable {
    /// The reader of this host.
    public static let host = CapacityReader(monitor: .host, processes: ProcessTable())

    private static let queue = DispatchQueue(label: "promptchain.processes")

    /// For how long nobody looks again for a process that was not found, in seconds: the search reads the open files of
    /// all processes.
    static let patience = 15.0
    /// How old a process's list of descendants may be, in seconds.
    static let freshness = 0.8

    private final class Found: Sendable {
        let listeners = Mutex<[Int: (listener: ProcessTable.Listener?, time: Double)]>([:])
        let clients: ClientWatch

        init(_ processes: ProcessTable, _ timekeeper: Timekeeper) {
            clients = ClientWatch(table: processes, elapsed: timekeeper.elapsed)
        }
    }

    let processes: ProcessTable
    private let monitor: GPUMonitor
    let addresses: HostAddresses
    private let timekeeper: Timekeeper
    private let found: Found

    /// A reader.
    public init(monitor: GPUMonitor, processes: ProcessTable, timekeeper: Timekeeper = .system) {
        self.init(monitor: monitor, processes: processes, addresses: .system, timekeeper: timekeeper)
    }

    init(
        monitor: GPUMonitor, processes: ProcessTable, addresses: HostAddresses, timekeeper: Timekeeper = .system
    ) {
        self.monitor = monitor
        self.processes = processes
        self.addresses = addresses
        self.timekeeper = timekeeper
        found = Found(processes, timekeeper)
    }

    /// The GPUs of this host.
    public func gpus() async -> GPUSurvey { await monitor.survey() }

    /// The process behind a server's address; `nil` when it does not run on this host, or cannot be found.
    public func process(of server: ServerConfiguration) async -> ServerProcess? {
        guard addresses.contains(server.url) else { return nil }
        let port = server.url.port
        let now = timekeeper.elapsed()
        if let known = found.listeners.withLock({ $0[port] }) {
            let limit = known.listener == nil ? Self.patience : Self.freshness
            if now - known.time < limit { return known.listener?.process }
        }
        return await onQueue { [processes, found] in
            let known = found.listeners.withLock { $0[port] }
            // Somebody else may have looked while this one waited for its turn.
            if let known, known.time > now { return known.listener?.process }
            let listener = known?.listener.flatMap { processes.renewed($0, port: port) } ?? processes.find(port: port)
            found.listeners.withLock { $0[port] = (listener, timekeeper.elapsed()) }
            return listener?.process
        }
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
        guard let process, !process.isForwarder else { return nil }
        let devices = Self.devices(await monitor.survey().gpus, of: process)
        return devices.isEmpty ? nil : ServerCapacity(devices: devices, source: .gpu, settings: settings)
    }

    /// The GPUs of this host that a server can use, with the names of the other programs on them; empty when it does not
    /// run here. Of one that is gone, those on which it left something.
    public func gpus(of server: ServerConfiguration) async -> [GPUReading] {
        guard addresses.contains(server.url) else { return [] }
        let gpus = await monitor.survey().gpus
        guard !gpus.isEmpty else { return [] }
        guard let process = await process(of: server) else { return await leftovers(of: server, on: gpus) }
        guard !process.isForwarder else { return [] }
        let visible = process.visible(gpus)
        return await onQueue { [processes] in Self.named(visible, own: process.processIDs, by: processes) }
    }

    /// The GPUs that runners of a server hold that is gone. Somebody who listens and cannot be told may pass on what he
    /// hears to another host: then it is not known whose GPUs those are.
    private func leftovers(of server: ServerConfiguration, on gpus: [GPUReading]) async -> [GPUReading] {
        await onQueue { [processes] in
            guard processes.hasListener(port: server.url.port) == false else { return [] }
            return Self.named(gpus, own: [], by: processes).filter { ($0.processes ?? []).contains(where: \.isOrphan) }
        }
    }

    /// Who is connected to a server; `nil` when it does not run on this host, or that cannot be seen.
    public func clients(of server: ServerConfiguration) async -> [ServerClient]? {
        guard addresses.contains(server.url) else { return nil }
        return await onQueue { [found] in found.clients.clients(ofPort: server.url.port) }
    }

    private static func named(_ gpus: [GPUReading], own: Set<Int32>, by table: ProcessTable) -> [GPUReading] {
        return gpus.map { gpu in
            var gpu = gpu
            gpu.processes = gpu.processes?.map { program in
                var program = program
                program.isServer = own.contains(program.processID)
                if !program.isServer {
                    program.name = table.name(of: program.processID)
                    program.parentID = table.stat(of: program.processID)?.parent
                    program.isOrphan = table.isOrphan(program.processID)
                }
                return program
            }
            return gpu
        }
    }

    static func devices(_ gpus: [GPUReading], of process: ServerProcess) -> [PlanningMemory.Device] {
        process.visible(gpus).compactMap { gpu in
            guard let total = gpu.totalBytes, total > 0 else { return nil }
            let others = (gpu.processes ?? []).filter { !process.processIDs.contains($0.processID) }
            return PlanningMemory.Device(totalBytes: total, othersBytes: ByteCount.sum(others.map(\.usedBytes)))
        }
    }

    /// Does work that reads many files of `/proc` on a thread of its own.
    func onQueue<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            Self.queue.async { continuation.resume(returning: work()) }
        }
    }
}

extension ServerProcess {
    /// What the process may use of a host's GPUs.
    func visible(_ gpus: [GPUReading]) -> [GPUReading] { VisibleGPUs(environment: environment ?? [:]).among(gpus) }
}
