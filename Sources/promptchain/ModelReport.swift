import ModelManagement
import PromptChainCore

/// What `show` tells about a model.
struct ModelReport {
    var description: ModelDescription

    private var estimates: [FootprintEstimate] {
        FootprintEstimate.usualContexts(maximum: description.model.contextMaximum).compactMap {
            FootprintEstimate(description, contextLength: $0)
        }
    }

    /// The report as JSON.
    var json: JSONReport { JSONReport(model: description.model, geometry: description.geometry, estimates: estimates) }

    /// The report as lines for people.
    var lines: [String] {
        let model = description.model
        var lines = [model.name.short]
        func add(_ label: String, _ value: String?) {
            if let value, !value.isEmpty { lines.append("  \(label)  \(value)") }
        }
        add("size on disk    ", model.sizeBytes.map(ByteCount.text))
        add("parameters      ", model.parameterSize)
        add("quantization    ", model.quantization)
        add("architecture    ", description.geometry?.architecture)
        add("context maximum ", model.contextMaximum.map { "\($0) tokens" })
        add("default context ", description.defaultContext.map { "\($0) tokens" })
        add("can             ", model.capabilities?.joined(separator: ", "))
        guard !estimates.isEmpty else { return lines }
        lines += ["", "Memory for a context, estimated before any load:"]
        var table = TextTable([
            ("CONTEXT", .right), ("WEIGHTS", .right), ("KV CACHE", .right), ("BUFFERS", .right), ("TOGETHER", .right),
        ])
        for estimate in estimates {
            table.add([
                "\(estimate.contextLength)", ByteCount.text(estimate.weightsBytes), ByteCount.text(estimate.cacheBytes),
                ByteCount.text(estimate.computeBytes), ByteCount.text(estimate.totalBytes),
            ])
        }
        return lines + table.lines.map { "  " + $0 }
    }

    /// `show --json`: what `models --json` gives for a model, with its geometry and an estimate for each context.
    struct JSONReport: Encodable {
        private enum CodingKeys: String, CodingKey {
            case geometry, estimates
        }

        var model: InstalledModel
        var geometry: ModelGeometry?
        var estimates: [FootprintEstimate]

        func encode(to encoder: any Encoder) throws {
            try model.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(geometry, forKey: .geometry)
            try container.encode(estimates, forKey: .estimates)
        }
    }
}
