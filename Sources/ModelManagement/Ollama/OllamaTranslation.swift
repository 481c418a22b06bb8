import Foundation
import PromptChainCore

/// Turns what Ollama sends into values. Pure: the time comes in as a value.
struct OllamaTranslation {
    /// The server's name, as it stands in the values.
    var server: String

    /// A model in memory. It counts as pinned when it expires in more than a hundred years: `keep_alive: -1` gives a
    /// time about 292 years ahead, and nothing else tells it.
    func info(_ payload: OllamaPayload.LoadedModel, now: Date) -> ModelInfo {
        let expiry = payload.expiresAt.flatMap(Timestamp.parse)
        let pinned = expiry.map { $0.timeIntervalSince(now) > 100 * 365.25 * 86_400 } ?? false
        var parameters: [String: JSONValue] = [:]
        parameters["parameter_size"] = payload.details?.parameterSize.map(JSONValue.string)
        parameters["quantization"] = payload.details?.quantizationLevel.map(JSONValue.string)
        parameters["family"] = payload.details?.family.map(JSONValue.string)
        return ModelInfo(
            name: ModelName(payload.name), provider: .ollama, server: server, isLoaded: true, sizeBytes: payload.size,
            vramBytes: payload.sizeVRAM, contextLength: payload.contextLength, expiresAt: expiry, isPinned: pinned,
            digest: payload.digest, parameters: parameters)
    }

    /// The models in memory, sorted by name: the server's own order flips between two polls.
    func models(_ payload: OllamaPayload.Loaded, now: Date) -> [ModelInfo] {
        payload.models.map { info($0, now: now) }.sorted { $0.name.short < $1.name.short }
    }

    /// A model on disk.
    func installed(_ payload: OllamaPayload.InstalledModel) -> InstalledModel {
        InstalledModel(
            name: ModelName(payload.name), server: server, sizeBytes: payload.size,
            parameterSize: payload.details?.parameterSize, quantization: payload.details?.quantizationLevel,
            contextMaximum: payload.details?.contextLength, capabilities: payload.capabilities,
            modifiedAt: payload.modifiedAt.flatMap(Timestamp.parse), digest: payload.digest)
    }

    /// The models on disk, sorted by name.
    func library(_ payload: OllamaPayload.Installed) -> [InstalledModel] {
        (payload.models ?? []).map(installed).sorted { $0.name.short < $1.name.short }
    }

    /// A model's description, from what the server tells about it and its place in the list of installed models.
    func description(
        _ name: ModelName, _ show: OllamaPayload.Show, listed: InstalledModel?
    ) -> ModelDescription {
        var model = listed ?? InstalledModel(name: name, server: server)
        model.parameterSize = show.details?.parameterSize ?? model.parameterSize
        model.quantization = show.details?.quantizationLevel ?? model.quantization
        model.contextMaximum = show.modelInfo?.contextMaximum ?? show.details?.contextLength ?? model.contextMaximum
        model.capabilities = show.capabilities ?? model.capabilities
        model.modifiedAt = model.modifiedAt ?? show.modifiedAt.flatMap(Timestamp.parse)
        return ModelDescription(
            model: model, geometry: show.modelInfo?.geometry, defaultContext: show.contextSetting,
            weights: show.weights, file: show.file)
    }

    /// What an answer took: nanoseconds on the wire, seconds here. Zeros are left out on the wire and unknown here.
    func metrics(_ line: OllamaPayload.ChatLine) -> GenerationMetrics {
        func seconds(_ nanoseconds: Int64?) -> Double? { nanoseconds.map { Double($0) / 1e9 } }
        return GenerationMetrics(
            reason: line.doneReason, loadSeconds: seconds(line.loadDuration),
            promptSeconds: seconds(line.promptEvalDuration), outputSeconds: seconds(line.evalDuration),
            promptTokens: line.promptEvalCount, outputTokens: line.evalCount)
    }
}

extension OllamaPayload.Show {
    /// The context that the model's own settings ask for. `parameters` is text, not an object.
    var contextSetting: Int? {
        for line in (parameters ?? "").split(whereSeparator: \.isNewline) {
            let words = line.split(whereSeparator: \.isWhitespace)
            if words.count == 2, words[0] == "num_ctx" { return Int(words[1]) }
        }
        return nil
    }

    /// The path of the weights' file on the server's host, from the line `FROM /…`.
    var file: String? {
        for line in (modelfile ?? "").split(whereSeparator: \.isNewline) where line.hasPrefix("FROM /") {
            return String(line.dropFirst(5))
        }
        return nil
    }

    /// The digest of the weights, from the line `FROM …/sha256-<digest>` of the model's file: two tags with the same
    /// weights have the same one, whatever their names and settings.
    var weights: String? {
        for line in (modelfile ?? "").split(whereSeparator: \.isNewline) where line.hasPrefix("FROM ") {
            guard let mark = line.range(of: "sha256-") else { continue }
            let digest = line[mark.upperBound...].prefix { $0.isHexDigit }
            if digest.count >= 12 { return String(digest) }
        }
        return nil
    }
}
