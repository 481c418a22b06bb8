import ModelManagement
import PromptChainCore

/// All that was found, and how it stands as a whole.
struct DoctorReport {
    /// How everything stands.
    enum Status: String, Encodable {
        case fine
        case problems
        case unreachable
    }

    var servers: [ServerDiagnosis]
    var gpus: [GPUReading]
    var settings: [EffectiveSetting]
    var faults: [FileFault]
    var checks: [DoctorCheck]

    var status: Status {
        if !servers.isEmpty, !servers.contains(where: \.isReached) { return .unreachable }
        return checks.contains { $0.level == .problem } ? .problems : .fine
    }

    /// The exit status of the command.
    var exitStatus: Int32 {
        switch status {
        case .fine: 0
        case .problems: ExitStatus.failed
        case .unreachable: ExitStatus.unreachable
        }
    }
}

extension DoctorReport: Encodable {
    private enum CodingKeys: String, CodingKey {
        case version, status, servers, gpus, settings, leftovers, faults, checks
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Version.text, forKey: .version)
        try container.encode(status, forKey: .status)
        try container.encode(servers, forKey: .servers)
        try container.encode(gpus, forKey: .gpus)
        try container.encode(settings, forKey: .settings)
        try container.encode(servers.flatMap(\.leftovers).map(LeftoverEntry.init), forKey: .leftovers)
        try container.encode(faults, forKey: .faults)
        try container.encode(checks, forKey: .checks)
    }
}

/// A leftover as JSON tells it.
private struct LeftoverEntry: Encodable {
    private enum CodingKeys: String, CodingKey {
        case name, server, vramBytes = "vram_bytes", expiresAt = "expires_at"
    }

    var left: Leftover

    init(_ left: Leftover) { self.left = left }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(left.model.name, forKey: .name)
        try container.encode(left.server, forKey: .server)
        try container.encode(left.model.vramBytes, forKey: .vramBytes)
        try container.encode(left.model.expiresAt.map { Timestamp.text($0) }, forKey: .expiresAt)
    }
}

extension ServerDiagnosis: Encodable {
    private enum CodingKeys: String, CodingKey {
        case name, url, provider, version, reachable, recognisedBy = "recognised_by", answerSeconds = "answer_seconds"
        case reason, hint, models, capacityBytes = "capacity_bytes", capacitySource = "capacity_source", policy
        case policyReason = "policy_reason", settings
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(configuration.name, forKey: .name)
        try container.encode(configuration.url.description, forKey: .url)
        try container.encode(finding?.provider ?? configuration.provider, forKey: .provider)
        try container.encode(finding?.version, forKey: .version)
        try container.encode(isReached, forKey: .reachable)
        try container.encode(finding?.evidence, forKey: .recognisedBy)
        try container.encode(seconds, forKey: .answerSeconds)
        try container.encode(failure?.reason, forKey: .reason)
        try container.encode(failure?.hint, forKey: .hint)
        try container.encode(loaded?.map(\.name), forKey: .models)
        try container.encode(capacity?.totalBytes, forKey: .capacityBytes)
        try container.encode(capacity?.source.rawValue, forKey: .capacitySource)
        try container.encode(isReached ? policy.name : nil, forKey: .policy)
        try container.encode(isReached ? policy.reason : nil, forKey: .policyReason)
        let told = settings.map { settings in
            Dictionary(settings.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        }
        try container.encode(told, forKey: .settings)
    }
}
