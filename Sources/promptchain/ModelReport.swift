import ModelManagement
import PromptChainCore

/// What `show` tells about a model.
struct ModelReport: Sendable {
    /// What a context costs: reckoned, and measured where the model was loaded with it.
    struct Cost: Sendable {
        var estimate: FootprintEstimate
        var measured: MeasuredFootprint?
        /// Whether the model fits into the GPU memory; `nil` when nobody says how much there is.
        var fits: Bool?
    }

    var description: ModelDescription
    var outlook: ModelOutlook

    private var costs: [Cost] {
        let maximum = description.model.contextMaximum
        let measured = outlook.measured.filter { $0.contextLength <= maximum ?? $0.contextLength }
        let contexts = Set(FootprintEstimate.usualContexts(maximum: maximum)).union(measured.map(\.contextLength))
        return contexts.sorted().compactMap { context in
            guard let estimate = outlook.estimate(at: context) else { return nil }
            let fits = outlook.basis.usableBytes.flatMap { usable in
                outlook.footprint(at: context).map { $0.sizeBytes <= usable }
            }
            return Cost(
                estimate: estimate, measured: measured.first { $0.contextLength == context }, fits: fits)
        }
    }

    /// The report as JSON.
    var json: JSONReport {
        JSONReport(
            model: description.model, geometry: description.geometry, costs: costs,
            capacityBytes: outlook.basis.capacity?.totalBytes, usableBytes: outlook.basis.usableBytes)
    }

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
        return lines + table
    }

    private var table: [String] {
        let costs = costs
        guard !costs.isEmpty else { return [] }
        let hasMeasured = costs.contains { $0.measured != nil }
        var columns: [(String, TextTable.Alignment)] = [
            ("CONTEXT", .right), ("WEIGHTS", .right), ("KV CACHE", .right), ("BUFFERS", .right), ("TOGETHER", .right),
        ]
        if hasMeasured { columns.append(("MEASURED", .right)) }
        if outlook.basis.usableBytes != nil { columns.append(("FITS", .left)) }
        var table = TextTable(columns)
        for cost in costs {
            let estimate = cost.estimate
            var cells = ["\(estimate.contextLength)"]
            cells += [estimate.weightsBytes, estimate.cacheBytes, estimate.computeBytes, estimate.totalBytes]
                .map(ByteCount.text)
            if hasMeasured { cells.append(cost.measured.map { ByteCount.text($0.sizeBytes) } ?? "") }
            if outlook.basis.usableBytes != nil {
                let over = outlook.spill(at: estimate.contextLength).map { ByteCount.text($0.spilledBytes) }
                cells.append(cost.fits == nil ? "" : over.map { "no, \($0) too much" } ?? "yes")
            }
            table.add(cells)
        }
        var title = "Memory for a context, estimated before any load"
        if hasMeasured { title += "; measured where it was loaded" }
        if let usable = outlook.basis.usableBytes { title += "; \(ByteCount.text(usable)) can be used" }
        return ["", title + ":"] + table.lines.map { "  " + $0 }
    }

    /// `show --json`: what `models --json` gives for a model, with its geometry, and what each context costs.
    struct JSONReport: Encodable {
        private enum CodingKeys: String, CodingKey {
            case geometry, estimates, capacityBytes = "capacity_bytes", usableBytes = "usable_bytes"
        }

        var model: InstalledModel
        var geometry: ModelGeometry?
        var costs: [Cost]
        var capacityBytes: Int64?
        var usableBytes: Int64?

        func encode(to encoder: any Encoder) throws {
            try model.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(geometry, forKey: .geometry)
            try container.encode(costs, forKey: .estimates)
            try container.encode(capacityBytes, forKey: .capacityBytes)
            try container.encode(usableBytes, forKey: .usableBytes)
        }
    }
}

extension ModelReport.Cost: Encodable {
    private enum CodingKeys: String, CodingKey {
        case measuredBytes = "measured_bytes", measuredVRAMBytes = "measured_vram_bytes", fits
    }

    func encode(to encoder: any Encoder) throws {
        try estimate.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(measured?.sizeBytes, forKey: .measuredBytes)
        try container.encode(measured?.vramBytes, forKey: .measuredVRAMBytes)
        try container.encode(fits, forKey: .fits)
    }
}
