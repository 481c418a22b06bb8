import ModelManagement
import PromptChainCore

extension ServerDiagnosis {
    /// Whether the server can be used, with what is known about it.
    var check: DoctorCheck {
        let name = configuration.name
        let place = name == configuration.url.hostAndPort ? "\(configuration.url)" : "\(name) at \(configuration.url)"
        if let failure {
            return DoctorCheck(
                group: .servers, level: .problem, message: "\(place): \(failure.reason)", hint: failure.hint)
        }
        guard let finding else { return DoctorCheck(group: .servers, level: .problem, message: "\(place): no answer") }
        var message = "\(place): \(finding.provider)"
        if let version = finding.version { message += " \(version)" }
        if let seconds { message += ", answers in \(Int((seconds * 1000).rounded())) ms" }
        var check = DoctorCheck(group: .servers, level: .fine, message: message)
        check.details = ["recognised as \(finding.provider): \(finding.evidence)"] + facts
        if finding.provider != configuration.provider, isNamed {
            check.level = .problem
            check.message += ", and configured as \(configuration.provider)"
            check.hint = "Write `provider: \(finding.provider.rawValue)` for it in the configuration."
        } else if loaded == nil {
            check.level = .problem
            check.hint = "Servers of kind \(finding.provider) cannot be managed by this version."
        }
        return check
    }

    /// Whether the user said what kind of server it is.
    private var isNamed: Bool { configuration.name != configuration.url.hostAndPort }

    private var facts: [String] {
        var lines: [String] = []
        if let loaded {
            let names = loaded.map(\.name.short).joined(separator: ", ")
            lines.append(loaded.isEmpty ? "no model in memory" : "in memory: \(names)")
        }
        if let name = policy.name {
            lines.append("policy of a run: \(name), since \(policy.reason)")
        } else {
            lines.append(policy.reason)
        }
        if let process {
            if let settings {
                let told = settings.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
                lines.append(
                    "its process \(process.processID) " + (told.isEmpty ? "runs with default settings" : "has \(told)"))
            } else {
                lines.append(
                    "its process \(process.processID) belongs to another user: its settings cannot be read")
            }
        }
        if let place = log?.place {
            lines.append("its log: \(place)")
        } else if let log, let reason = log.reason {
            lines.append("its log is not shown: \(reason)" + (log.hint.map { ". \($0)" } ?? ""))
        }
        return lines
    }

    /// What is to be said about its memory.
    var memoryChecks: [DoctorCheck] {
        guard isReached, loaded != nil, let hint = policy.hint else { return [] }
        return [
            DoctorCheck(
                group: .servers, level: .warning, message: "\(configuration.name): \(policy.reason)", hint: hint)
        ]
    }
}

/// What the GPU readers see on this machine.
struct GPUDiagnosis {
    var survey: GPUSurvey

    var checks: [DoctorCheck] {
        let notes = survey.notes.map { DoctorCheck(group: .gpus, level: .warning, message: $0) }
        guard !survey.gpus.isEmpty else {
            let none = DoctorCheck(group: .gpus, level: .fine, message: "none can be read on this machine")
            return notes.isEmpty ? [none] : notes
        }
        return survey.gpus.map(check) + notes
    }

    private func check(_ gpu: GPUReading) -> DoctorCheck {
        var message = gpu.name == "GPU \(gpu.index)" ? gpu.name : "GPU \(gpu.index) \(gpu.name)"
        if let fault = gpu.fault {
            return DoctorCheck(
                group: .gpus, level: .problem, message: "\(message): \(fault)",
                hint: "The kernel's log says why (dmesg); a lost GPU mostly needs a restart of the computer.")
        }
        if let total = gpu.totalBytes {
            message += gpu.usedBytes.map { ": \(ByteCount.gib($0)) of" } ?? ":"
            message += " \(ByteCount.text(total))"
        }
        if let busy = gpu.utilizationPercent { message += ", \(busy) % busy" }
        return DoctorCheck(group: .gpus, level: .fine, message: message)
    }
}
