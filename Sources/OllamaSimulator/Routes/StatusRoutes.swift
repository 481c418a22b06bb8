/// Routes that tell how the server is: is it there, which version, what is loaded.
enum StatusRoutes {
    static func add(to table: inout RouteTable) {
        let running: RouteTable.Handler = { _ in
            .body(status: 200, contentType: "text/plain; charset=utf-8", text: "Ollama is running")
        }
        let version: RouteTable.Handler = { exchange in
            .json(.members(["version": .string(exchange.settings.version)]))
        }
        for method in ["GET", "HEAD"] {
            table.add(method, "/", running)
            table.add(method, "/api/version", version)
        }
        table.add("GET", "/api/status") { _ in
            .json(.members(["cloud": .members(["disabled": true, "source": "env"])]))
        }
        table.add("GET", "/api/ps", ps)
    }

    private static func ps(_ exchange: Exchange) async throws -> Reply {
        let rows = await exchange.engine.change { state in
            (runners: state.runners.values.map(\.self), now: state.now)
        }
        let entries = rows.runners.map { runner in
            (runner, expires: expiry(of: runner, now: rows.now, clock: exchange.clock))
        }
        // The order of the real server: whole seconds, latest first; what falls into one second comes in any order.
        let sorted = entries.shuffled().sorted {
            $1.expires.timeIntervalSince1970.rounded(.down) < $0.expires.timeIntervalSince1970.rounded(.down)
        }
        let models = sorted.map { runner, expires -> JSONValue in
            .members([
                "name": .string(ModelName(runner.model.name).shortest),
                "model": .string(ModelName(runner.model.name).shortest),
                "size": .integer(runner.placement.sizeBytes), "digest": .string(runner.model.digest),
                "details": ModelDescription.details(runner.model),
                "expires_at": .string(SimulationClock.localText(of: expires)),
                "size_vram": .integer(runner.placement.vramBytes), "context_length": .integer(Int64(runner.context)),
            ])
        }
        return .json(.members(["models": .array(models)]))
    }

    /// The date that a runner shows. Before its first request has ended it slides along with the present.
    private static func expiry(
        of runner: SimulatedRunner, now: Double, clock: SimulationClock
    ) -> WallDate {
        let from = runner.expiry?.from ?? now
        switch runner.expiry?.keepAlive ?? runner.keepAlive {
        case .seconds(let seconds): return clock.date(at: from + seconds)
        // The longest duration that Go has, about 292 years.
        case .forever: return clock.date(at: from).addingTimeInterval(9_223_372_036.854_775)
        }
    }
}
