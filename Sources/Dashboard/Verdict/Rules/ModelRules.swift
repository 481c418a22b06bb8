import PromptChainCore

/// What is the matter with models that are loaded.
enum ModelRules {
    static let all: [VerdictRule] = [
        VerdictRule("spill", linger: 3, endsWithItsModel: true, spills),
        VerdictRule("gone-from-disk", linger: 5, endsWithItsModel: true, gone),
    ]

    /// A part that is not in VRAM and is none to speak of, in bytes: servers keep small buffers in the computer's own.
    static let leastSpill: Int64 = 64 << 20

    private static func spills(_ facts: VerdictFacts) -> [Finding] {
        facts.servers.flatMap { server -> [Finding] in
            server.models.compactMap { model in
                guard let cpu = model.cpuBytes, let size = model.sizeBytes, let vram = model.vramBytes,
                    isSpill(model, on: server)
                else { return nil }
                let percent = Count.whole(Double(cpu) / Double(size) * 100)
                let evidence =
                    [
                        Finding.Evidence("in memory", ByteCount.text(size), "the server"),
                        Finding.Evidence("of it in VRAM", ByteCount.text(vram), "the server"),
                        Finding.Evidence("on the CPU", ByteCount.text(cpu), "the difference of both"),
                    ]
                    + (model.contextLength.map { [Finding.Evidence("context", Count.text($0, "token"), "the server")] }
                        ?? [])
                    + layers(on: server, facts) + facts.memory(of: server)
                return Finding(
                    subject: Finding.Subject(server: server.name, model: model.name), severity: .advice,
                    text: "\(model.name.short) runs \(percent) % on the CPU: \(ByteCount.text(cpu)) did not fit",
                    evidence: evidence,
                    help: server.abilities.contains(.load)
                        ? Finding.Help(key: facts.keys.key(of: .load), does: "loads it with a smaller context") : nil)
            }
        }
    }

    /// How many layers of the only model are where, as the server's own log says.
    private static func layers(on server: VerdictFacts.Server, _ facts: VerdictFacts) -> [Finding.Evidence] {
        guard server.models.count == 1, let (note, layers, all) = LogRules.offloaded(on: server, facts) else {
            return []
        }
        return [Finding.Evidence("layers", "\(layers) of \(all) on the GPU", "its own log", at: note.time)]
    }

    /// Whether a part of a model is on the CPU that should not be there. A host that is not known to have a GPU has
    /// everything there.
    static func isSpill(_ model: ModelInfo, on server: VerdictFacts.Server) -> Bool {
        guard let cpu = model.cpuBytes, let size = model.sizeBytes, let vram = model.vramBytes, size > 0 else {
            return false
        }
        return (vram > 0 || server.hasGPU) && cpu >= leastSpill && Double(cpu) >= 0.02 * Double(size)
    }

    private static func gone(_ facts: VerdictFacts) -> [Finding] {
        facts.servers.flatMap { server -> [Finding] in
            let missing = server.isReady ? server.snapshot?.missingModels ?? [] : []
            return missing.compactMap { name in
                guard let model = server.models.first(where: { $0.name == name }) else { return nil }
                let bytes = model.vramBytes ?? model.sizeBytes
                let stay =
                    model.isPinned
                    ? "it stays until the server ends"
                    : model.expiresAt.map { $0.timeIntervalSince1970 - facts.clock }.flatMap { left in
                        left > 0 ? "it leaves in \(RunningTime.left(left)) unless it is used" : nil
                    } ?? "it cannot be unloaded by name"
                return Finding(
                    subject: Finding.Subject(server: server.name, model: name), severity: .advice,
                    text: "\(name.short) is gone from the disk and still in memory",
                    details: (bytes.map { [Verdict.Detail(": ", ByteCount.text($0))] } ?? []) + [
                        Verdict.Detail("; ", stay)
                    ],
                    evidence: [
                        Finding.Evidence("on disk", "no", "the server’s list of installed models"),
                        Finding.Evidence(
                            "in memory", bytes.map { ByteCount.text($0) } ?? "yes", "the server’s list of loaded models"
                        ),
                    ])
            }
        }
    }
}
