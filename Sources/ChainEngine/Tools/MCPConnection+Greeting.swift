import PromptChainCore
import Synchronization

extension MCPConnection {
    /// What asking for the kind of server came to.
    private enum Finding: Sendable {
        /// It speaks without a handshake: whether it offers tools, or `nil` when it did not say.
        case stateless(version: String, offersTools: Bool?)
        /// It knows the question no better than other servers before 2026-07-28, or said nothing.
        case other
        /// It speaks nothing that we speak.
        case incompatible([String])
    }

    /// Finds out which kind of server it is, and greets it.
    /// - Returns: whether it offers tools.
    func greet() async throws -> Bool {
        guard asksFirst else { return try await initialize() }
        // The question stays open: a server that is slow to start answers it late, and then refuses the handshake.
        let asked = Task { try await ask() }
        defer { asked.cancel() }
        let finding = try await withTaskCancellationHandler {
            try await answered(asked)
        } onCancel: {
            asked.cancel()
        }
        if let finding, let offersTools = try settle(finding) { return offersTools }
        do {
            return try await initialize()
        } catch let error as RPCError where error.code == RPCError.unsupportedVersion {
            if let offersTools = try settle(try await ask()) { return offersTools }
            throw unknownVersion(error.supportedVersions?.joined(separator: ", ") ?? "a version unknown here")
        } catch let error as RPCError {
            throw ToolFault(.refused, "the tool server “\(server)” refuses to be greeted: \(error.message)")
        }
    }

    private func settle(_ finding: Finding) throws -> Bool? {
        switch finding {
        case .stateless(let version, let offersTools):
            settle(.stateless(version: version))
            return offersTools ?? true
        case .incompatible(let versions): throw unknownVersion(versions.joined(separator: ", "))
        case .other: return nil
        }
    }

    /// The finding, or `nil` when the server has said nothing for a while.
    private func answered(_ asked: Task<Finding, any Error>) async throws -> Finding? {
        let seconds = patience
        let first = Latch<Result<Finding?, any Error>>()
        let waiting = Task {
            try? await Task.sleep(for: .seconds(seconds))
            first.set(.success(nil))
        }
        defer { waiting.cancel() }
        Task {
            do { first.set(.success(try await asked.value)) } catch { first.set(.failure(error)) }
        }
        return try await first.value().get()
    }

    private func ask() async throws -> Finding {
        for version in MCPEra.statelessVersions {
            do {
                let result = try await request("server/discover", era: .stateless(version: version))
                guard let versions = result["supportedVersions"]?.arrayValue?.compactMap(\.stringValue) else {
                    return .other
                }
                guard let common = MCPEra.statelessVersions.first(where: versions.contains) else { return .other }
                return .stateless(version: common, offersTools: result["capabilities"].map { $0["tools"] != nil })
            } catch let error as RPCError {
                guard error.code == RPCError.unsupportedVersion, let versions = error.supportedVersions else {
                    return .other
                }
                if versions.contains(where: MCPEra.handshakeVersions.contains) { return .other }
                return .incompatible(versions)
            } catch let fault as ToolFault where fault.kind == .refused || fault.kind == .timedOut {
                // An address that knows no such message; the handshake will tell whether it is one at all.
                return .other
            }
        }
        return .other
    }

    /// Greets a server by the handshake.
    /// - Returns: whether it offers tools.
    func initialize() async throws -> Bool {
        let newest = MCPEra.handshakeVersions[0]
        let result = try await request(
            "initialize",
            ["protocolVersion": .string(newest), "capabilities": [:], "clientInfo": Self.clientInfo],
            era: .handshake(version: newest))
        guard let version = result["protocolVersion"]?.stringValue else {
            throw ToolFault(
                .foreign, "what answers for the tool server “\(server)” is no tool server",
                hint: "Check its command or url.")
        }
        guard MCPEra.handshakeVersions.contains(version) else { throw unknownVersion(version) }
        settle(.handshake(version: version))
        await notify("notifications/initialized")
        return result["capabilities"]?["tools"] != nil
    }

    private func unknownVersion(_ versions: String) -> ToolFault {
        let ours = (MCPEra.statelessVersions + MCPEra.handshakeVersions).joined(separator: ", ")
        return ToolFault(
            .foreign, "the tool server “\(server)” speaks the protocol in \(versions), and PromptChain in \(ours)",
            hint: "Use another version of the server.")
    }
}
