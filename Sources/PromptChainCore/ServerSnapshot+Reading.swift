import Foundation

extension EventMembers {
    /// The reading of a server that an event carries.
    var serverSample: ServerSnapshot {
        get throws {
            let name = try required("server", text("server"))
            return ServerSnapshot(
                name: name, provider: provider, url: text("url") ?? "", time: try time("time") ?? .distantPast,
                state: try serverState, version: text("version"), capacityBytes: bytes("capacity_bytes"),
                isCapacityLearned: flag("capacity_learned"),
                models: try list("models").map {
                    try EventMembers(object: $0.members ?? [:]).loadedModel(on: name, provider)
                },
                gpus: list("gpus").enumerated().map { EventMembers(object: $1.members ?? [:]).gpu(at: $0) },
                activities: list("activities").compactMap { EventMembers(object: $0.members ?? [:]).activity },
                clients: object["clients"]?.arrayValue?.compactMap { EventMembers(object: $0.members ?? [:]).client },
                missingModels: object["missing_models"]?.arrayValue?.compactMap {
                    $0.stringValue.map { ModelName($0) }
                },
                usualLoadSeconds: usualLoadSeconds)
        }
    }

    private var provider: ModelProvider { text("provider").map { ModelProvider(rawValue: $0) } ?? .ollama }

    private var serverState: ServerState {
        get throws {
            switch text("state") {
            case "connecting": .connecting
            case "starting": .starting
            case "stale": .stale(since: try time("since") ?? .distantPast)
            case "unreachable": .unreachable(reason: text("reason") ?? "", hint: text("hint") ?? "")
            default: .ready
            }
        }
    }

    private func loadedModel(on server: String, _ provider: ModelProvider) throws -> ModelInfo {
        ModelInfo(
            name: ModelName(try required("name", text("name")), on: provider), provider: provider, server: server,
            isLoaded: object["is_loaded"]?.boolValue ?? true, sizeBytes: bytes("size_bytes"),
            vramBytes: bytes("vram_bytes"), contextLength: integer("context_length"),
            expiresAt: try time("expires_at"), isPinned: flag("pinned"), loadSeconds: number("load_seconds"),
            lastUsed: try time("last_used"), digest: text("digest"), parameters: object["parameters"]?.members ?? [:])
    }

    private func gpu(at place: Int) -> GPUReading {
        GPUReading(
            index: integer("index") ?? place, name: text("name") ?? "", usedBytes: bytes("used_bytes"),
            totalBytes: bytes("total_bytes"), utilizationPercent: integer("utilization_percent"),
            isUnified: flag("unified_memory"),
            processes: object["processes"]?.arrayValue?.compactMap { EventMembers(object: $0.members ?? [:]).program },
            vendor: text("vendor").flatMap(GPUReading.Vendor.init),
            fault: text("fault"))
    }

    private var usualLoadSeconds: [ModelName: Double] {
        let known = object["usual_load_seconds"]?.members ?? [:]
        let pairs = known.compactMap { name, value in value.doubleValue.map { (ModelName(name), $0) } }
        return Dictionary(pairs.filter { $0.1.isFinite && $0.1 >= 0 }, uniquingKeysWith: max)
    }

    private var client: ServerClient? {
        text("address").map {
            ServerClient(
                address: $0, processID: processID("process_id"), name: text("name"),
                connections: max(1, integer("connections") ?? 1))
        }
    }

    private var process: RunnerProcess? {
        processID("process_id").map {
            RunnerProcess(
                processID: $0, parentID: processID("parent_id"), state: text("state").flatMap(RunnerProcess.State.init),
                ageSeconds: number("age_seconds"), residentBytes: bytes("resident_bytes"),
                readBytes: bytes("read_bytes"),
                settings: (object["settings"]?.members).map { EventMembers(object: $0).settings })
        }
    }

    private var settings: RunnerSettings {
        RunnerSettings(
            contextTokens: integer("context_tokens"), parallelSlots: integer("parallel_slots"),
            keyType: text("key_type"), valueType: text("value_type"), flashAttention: text("flash_attention"),
            gpuLayers: integer("gpu_layers"))
    }

    private var program: GPUProcess? {
        guard let number = processID("process_id"), let used = bytes("used_bytes") else { return nil }
        return GPUProcess(
            processID: number, usedBytes: used, name: text("name"), isServer: flag("server"),
            parentID: processID("parent_id"), isOrphan: flag("orphan"))
    }

    private func processID(_ key: String) -> Int32? { integer(key).flatMap { Int32(exactly: $0) } }

    private var activity: ModelActivity? {
        guard let model = model("model"), let phase = text("phase").flatMap(ModelActivity.Phase.init) else {
            return nil
        }
        return ModelActivity(
            model: model, phase: phase, loadingSeconds: number("loading_seconds"), requests: integer("requests"),
            promptTokens: integer("prompt_tokens"), outputTokens: integer("output_tokens"),
            contextTokens: integer("context_tokens"), contextLength: integer("context_length"),
            tokensPerSecond: number("tokens_per_second"), waitingRequests: integer("waiting_requests"),
            process: (object["process"]?.members).flatMap { EventMembers(object: $0).process })
    }
}
