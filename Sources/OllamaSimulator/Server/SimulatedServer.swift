import Hummingbird
import Logging

/// A server that speaks Ollama's API and runs no model: loads, memory, queues and answers are simulated.
///
/// With `traceFile` it writes one JSON object a line, at once, for every change of what is in memory: `time`
/// (RFC 3339), `seconds` (simulated, since the start), `event` (`load_started`, `loaded`, `load_failed`,
/// `load_aborted`, `unload_started`, `unloaded`, `expired`, `evicted`), `model`, `vram_bytes`, `size_bytes`,
/// `context_length`, `resident` (a list of `model` and `vram_bytes`: every model that holds memory after the event,
/// a loading one from the start of its load) and `used_vram_bytes` (their sum). Every way out is an `unload_started`
/// and an `unloaded`; `expired` or `evicted` before them says why.
public actor SimulatedServer {
    private let configuration: SimulatorConfiguration
    let engine: SimulationEngine
    let blobs = BlobStore()
    private let registry = ConnectionRegistry()
    private var service: Task<Void, any Error>?
    private var closeListener: (@Sendable () async -> Void)?
    private var reserved: ReservedPort?
    private var opening: Task<Void, Never>?
    private var openPort = 0

    /// A server that does not listen yet; simulated time starts now.
    ///
    /// - Parameter time: what the speed is applied to.
    /// - Throws: ``SimulatorError`` when a setting makes no sense or the trace file cannot be written.
    public init(configuration: SimulatorConfiguration, time: any SimulationTime = SystemSimulationTime()) throws {
        guard configuration.speed > 0, configuration.speed.isFinite else {
            throw SimulatorError("the speed must be above 0", hint: "1 is real time, 4 four times as fast")
        }
        guard configuration.vramBytes >= 0 else {
            throw SimulatorError("the capacity of the GPU must not be negative", hint: "0 simulates a machine without")
        }
        guard (0...65535).contains(configuration.port) else {
            throw SimulatorError("there is no port \(configuration.port)", hint: "ports are 0 to 65535")
        }
        self.configuration = configuration
        let limits = SimulatedServerState.Limits(
            vramBytes: configuration.vramBytes, maxLoadedModels: configuration.maxLoadedModels,
            maxQueue: configuration.maxQueue, numParallel: configuration.numParallel,
            defaultContext: configuration.defaultContext)
        let state = SimulatedServerState(
            limits: limits, library: ModelLibrary(configuration.catalogue), faults: FaultBook(configuration.faults))
        engine = SimulationEngine(
            state: state, clock: SimulationClock(speed: configuration.speed, time: time),
            trace: try configuration.traceFile.map(ResidencyTrace.init(path:)))
    }

    /// The real port, after ``start()``.
    public var port: Int { openPort }

    /// Where the server is, such as `http://127.0.0.1:11434`.
    public var url: String {
        let host = configuration.host == "0.0.0.0" ? "127.0.0.1" : configuration.host
        return "http://\(host.contains(":") ? "[\(host)]" : host):\(openPort)"
    }

    /// Starts listening; returns when connections are accepted. With the fault `refuse` they are refused instead.
    ///
    /// - Throws: ``SimulatorError`` when the address cannot be had.
    public func start() async throws {
        guard service == nil, reserved == nil else { return }
        let refusal = configuration.faults.first { $0.kind == .refuse && !$0.dropsRequests }
        guard let refusal else { return try await listen(port: configuration.port) }
        let reserved = try ReservedPort(host: configuration.host, port: configuration.port)
        self.reserved = reserved
        openPort = reserved.number
        guard let seconds = refusal.seconds else { return }
        opening = Task { [engine] in
            guard (try? await engine.clock.sleep(until: seconds)) != nil else { return }
            await self.open()
        }
    }

    /// Refuses whoever waits, closes every connection and the port. The memory of the simulation goes with it.
    public func stop() async {
        opening?.cancel()
        reserved = nil
        await engine.stop()
        await closeListener?()
        closeListener = nil
        // A connection that was accepted and not yet taken up when its service is cancelled brings the process down.
        for _ in 0..<8 { await Task.yield() }
        registry.closeAll()
        service?.cancel()
        _ = await service?.result
        service = nil
    }

    /// Ends the refusal.
    private func open() async {
        let port = openPort
        reserved = nil
        try? await listen(port: port)
    }

    private func listen(port: Int) async throws {
        typealias Listener = (port: Int, close: @Sendable () async -> Void)
        let (listeners, announce) = AsyncThrowingStream<Listener, any Error>.makeStream()
        let application = Application(
            responder: Responder(engine: engine, settings: configuration, registry: registry, blobs: blobs),
            configuration: .init(address: .hostname(configuration.host, port: port)),
            onServerRunning: { channel in
                announce.yield((channel.localAddress?.port ?? port, { try? await channel.close() }))
            },
            logger: Logger(label: "promptchain.simulator", factory: { _ in SwiftLogNoOpLogHandler() }))
        service = Task {
            do {
                try await application.run()
                announce.finish()
            } catch {
                announce.finish(throwing: error)
                throw error
            }
        }
        do {
            for try await listener in listeners {
                openPort = listener.port
                closeListener = listener.close
                return
            }
            throw SimulatorError("the server ended at once")
        } catch let error as SimulatorError {
            throw error
        } catch {
            service = nil
            throw SimulatorError.cannotListen(host: configuration.host, port: port, reason: "\(error)")
        }
    }
}
