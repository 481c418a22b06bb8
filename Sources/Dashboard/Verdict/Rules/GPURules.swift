import PromptChainCore

/// GPUs that are gone, and memory on them that nobody accounts for.
enum GPURules {
    static let all: [VerdictRule] = [
        VerdictRule("gpu-lost", linger: 10) { silent($0) + onCPU($0) },
        VerdictRule("orphan-memory", linger: 5, orphans),
        VerdictRule("memory-differs", hold: 5, linger: 10, differs),
    ]

    /// A driver that tells an error in place of figures.
    private static func silent(_ facts: VerdictFacts) -> [Finding] {
        facts.servers.compactMap { server in
            guard let gpus = server.snapshot?.gpus, let lost = gpus.first(where: { $0.fault != nil }),
                let fault = lost.fault
            else { return nil }
            let before = facts.history.readings(of: server.name).last { reading in
                reading.snapshot.gpus.contains { $0.index == lost.index && $0.fault == nil }
            }
            var evidence = [Finding.Evidence("GPU \(lost.index)", fault, "the GPU driver")]
            if let before {
                evidence.append(Finding.Evidence("answered until", "", "the GPU driver", at: before.until))
            }
            evidence += placements(server)
            return Finding(
                subject: Finding.Subject(server: server.name, pane: .vram), severity: .failed,
                text: "GPU \(lost.index)\(lost.name.isEmpty ? "" : " (\(lost.name))") does not answer: \(fault)",
                details: [Verdict.Detail("; ", "models load on the CPU until the driver is back")], evidence: evidence,
                help: Finding.Help(key: "promptchain doctor", does: "says more", isCommand: true, changes: false))
        }
    }

    /// A server that had models on a GPU within the hour, and has none there now although models are loaded.
    private static func onCPU(_ facts: VerdictFacts) -> [Finding] {
        facts.servers.compactMap { server in
            let models = server.models.filter { ($0.sizeBytes ?? 0) > 0 && $0.vramBytes != nil }
            guard let first = models.first, models.allSatisfy({ $0.vramBytes == 0 }),
                server.snapshot?.gpus.contains(where: { $0.fault != nil }) != true
            else { return nil }
            let before = facts.answers(of: server.name, within: ReadingHistory.span).last { reading in
                reading.snapshot.models.contains { ($0.vramBytes ?? 0) > 0 }
            }
            guard let before, let earlier = before.snapshot.models.first(where: { ($0.vramBytes ?? 0) > 0 }) else {
                return nil
            }
            let ago = RunningTime.passed(max(0, facts.clock - before.until))
            let had = ByteCount.text(earlier.vramBytes ?? 0)
            return Finding(
                subject: Finding.Subject(server: server.name, model: first.name, pane: .vram), severity: .attention,
                text: "\(server.name) loads on the CPU now: \(first.name.short) has nothing in VRAM",
                details: [Verdict.Detail("; ", "\(earlier.name.short) had \(had) there \(ago) ago")],
                evidence: placements(server) + [
                    Finding.Evidence("last in VRAM", "\(earlier.name.short), \(had)", "the server", at: before.until)
                ],
                help: Finding.Help(key: "promptchain doctor", does: "says more", isCommand: true, changes: false))
        }
    }

    private static func placements(_ server: VerdictFacts.Server) -> [Finding.Evidence] {
        server.models.compactMap { model in
            guard let size = model.sizeBytes, let vram = model.vramBytes else { return nil }
            let share = "\(ByteCount.text(vram)) of \(ByteCount.text(size)) in VRAM"
            return Finding.Evidence(model.name.short, share, "the server")
        }
    }

    // MARK: Memory

    private static func orphans(_ facts: VerdictFacts) -> [Finding] {
        var seen: Set<Int32> = []
        return facts.servers.compactMap { server in
            var bytes: [Int32: Int64] = [:]
            var names: [Int32: String] = [:]
            for program in (server.snapshot?.gpus ?? []).flatMap({ $0.processes ?? [] }) where program.isOrphan {
                bytes[program.processID] = ByteCount.sum([bytes[program.processID] ?? 0, program.usedBytes])
                names[program.processID] = program.name
            }
            // Two servers of one host see the same.
            let processes = bytes.keys.filter { !seen.contains($0) }.sorted()
            guard !processes.isEmpty else { return nil }
            seen.formUnion(processes)
            let sum = ByteCount.text(ByteCount.sum(processes.compactMap { bytes[$0] }))
            let numbers = processes.map(String.init).joined(separator: " ")
            let who = processes.count == 1 ? "a runner" : "\(processes.count) runners"
            return Finding(
                subject: Finding.Subject(server: server.name, pane: .vram), severity: .attention,
                text: "\(who) without a server hold\(processes.count == 1 ? "s" : "") \(sum) of VRAM",
                details: [
                    Verdict.Detail(": ", processes.map { "\(names[$0] ?? "process") (\($0))" }.joined(separator: ", "))
                ],
                evidence: processes.map { process in
                    Finding.Evidence(
                        "\(names[process] ?? "process") (\(process))",
                        "\(ByteCount.text(bytes[process] ?? 0)); the server that began it is gone",
                        "the GPU driver, /proc/\(process)")
                }, help: Finding.Help(key: "kill \(numbers)", does: "frees it", isCommand: true))
        }
    }

    /// What a server says of its models against what its processes have on the GPUs.
    private static func differs(_ facts: VerdictFacts) -> [Finding] {
        facts.servers.compactMap { server in
            guard server.isReady, let snapshot = server.snapshot, let said = snapshot.usedVRAMBytes, said > 0,
                !snapshot.activities.contains(where: { $0.phase == .loading })
            else { return nil }
            let own = snapshot.gpus.flatMap { $0.processes ?? [] }.filter(\.isServer)
            guard !own.isEmpty else { return nil }
            let measured = ByteCount.sum(own.map(\.usedBytes))
            let difference = abs(measured.subtractingSaturated(said))
            // Each process has half a gigabyte of the driver's own on top, which servers do not count.
            guard Double(difference) > 0.1 * Double(max(measured, said)), difference > Int64(own.count) * (600 << 20)
            else {
                return nil
            }
            return Finding(
                subject: Finding.Subject(server: server.name, pane: .vram), severity: .advice,
                text:
                    "\(server.name) says \(ByteCount.text(said)) of VRAM, and its processes have \(ByteCount.text(measured))",
                details: [Verdict.Detail("; ", "plans go by what is measured")],
                evidence: placements(server)
                    + own.map {
                        Finding.Evidence("process \($0.processID)", ByteCount.text($0.usedBytes), "the GPU driver")
                    })
        }
    }
}
