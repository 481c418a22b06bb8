import ChainEngine
import Dashboard
import Foundation
import ModelManagement
import PromptChainCore

extension EffectRunner {
    func load(_ model: ModelName, context: Int?, keepAlive: LoadKeepAlive, on server: String) {
        operate(.load(server: server, model: model), on: server) { connection in
            await connection.libraryWatch?.noteLoad(of: model)
            let info = try await connection.manager.loadModel(
                model, params: LoadParameters(contextLength: context, keepAlive: KeepAlive(keepAlive)))
            guard let spill = info.cpuBytes, spill > 0, let vram = info.vramBytes, vram > 0 else {
                return info.loadSeconds.map { "\(model.short) loaded in \(Seconds.text($0))" }
            }
            return
                "\(model.short) loaded, but \(ByteCount.text(spill)) of it run on the CPU: a smaller context would help"
        }
    }

    /// Tells what a model takes before it is loaded. What cannot be had is left out.
    func describe(_ model: ModelName, on server: String) {
        guard let connection = connection(server) else { return }
        let (post, services) = (post, services)
        tasks.start("describe/\(server)/\(model.canonical)") {
            let capacity = await services.chainServers.capacity(for: ServerRequest(optionServer: server), option: nil)
            let outlook = await connection.outlook(
                of: model, capacity: capacity, measurements: services.measurements?.measurements)
            post(.modelOutlook(server: server, outlook))
        }
    }

    func unload(_ model: ModelName, on server: String) {
        let locks = services.locks
        operate(.unload(server: server, model: model), on: server) { connection in
            let info =
                try await connection.manager.loadedModels().first { $0.name == model }
                ?? ModelInfo(name: model, provider: connection.description.provider, server: server, isLoaded: false)
            if let user = await Self.user(of: info, on: connection, locks: locks) {
                throw Self.inUse([(model, user)], besides: 0, on: connection)
            }
            guard try await connection.manager.unloadModel(model) else { throw Self.stillLoaded(model, on: server) }
            return nil
        }
    }

    /// Unloads every model but those that chains of other processes use; the failure names these and their users.
    func unloadAll(on server: String) {
        let locks = services.locks
        operate(.unloadAll(server: server), on: server) { connection in
            let models = try await connection.manager.loadedModels()
            var used: [(model: ModelName, user: ModelUser)] = []
            var stuck: [ModelName] = []
            for model in models {
                if let user = await Self.user(of: model, on: connection, locks: locks) {
                    used.append((model.name, user))
                } else if try await !connection.manager.unloadModel(model.name) {
                    stuck.append(model.name)
                }
            }
            let gone = models.count - used.count - stuck.count
            guard used.isEmpty else { throw Self.inUse(used, besides: gone, on: connection) }
            if let first = stuck.first { throw Self.stillLoaded(first, on: server) }
            return models.isEmpty ? "no model was loaded" : "\(models.count) unloaded"
        }
    }

    func setKeepAlive(_ seconds: Double?, of model: ModelName, on server: String) {
        operate(.keepAlive(server: server, model: model), on: server) { connection in
            let current = try await connection.manager.loadedModels().first { $0.name == model }
            let keepAlive: KeepAlive = seconds.map { $0 < 0 ? .forever : .seconds($0) } ?? .serverDefault
            // The same context again: another one would make the server reload the model.
            let parameters = LoadParameters(contextLength: current?.contextLength, keepAlive: keepAlive)
            _ = try await connection.manager.loadModel(model, params: parameters)
            return nil
        }
    }

    func delete(_ model: ModelName, on server: String) {
        operate(.delete(server: server, model: model), on: server) { connection in
            try await connection.library(for: "delete \(model)").delete(model)
            return "\(model.short) is deleted from disk"
        }
    }

    func pull(_ model: ModelName, on server: String) {
        let post = post
        operate(.pull(server: server, model: model), on: server) { connection in
            for try await progress in try connection.library(for: "pull \(model)").pull(model) {
                let total = progress.totalBytes.map(Double.init) ?? 0
                let fraction = total > 0 ? progress.completedBytes.map { min(1, Double($0) / total) } : nil
                post(.pullProgress(server: server, model: model, status: progress.status, fraction: fraction))
            }
            return "\(model.short) is installed"
        }
    }

    func listInstalled(on server: String) {
        guard let connection = connection(server) else { return }
        let post = post
        tasks.start("installed/\(server)") {
            do {
                let models = try await connection.library(for: "list the installed models").installedModels()
                post(.installedModels(server: server, models))
            } catch let error as ModelManagementError {
                post(.installedModelsFailed(server: server, reason: error.reason, hint: error.hint))
            } catch {
                post(.installedModelsFailed(server: server, reason: "\(error)", hint: nil))
            }
        }
    }

    /// Does something on a server, with the messages before and after; asks the server anew when it is over.
    private func operate(
        _ operation: DashboardOperation, on server: String,
        _ work: @escaping @Sendable (WatchedServer) async throws -> String?
    ) {
        guard let connection = connection(server) else { return }
        let post = post
        let poller = pollers[server]
        tasks.start("\(operation)") {
            post(.operationStarted(operation))
            poller?.kick()
            do {
                let text = try await work(connection)
                post(.operationFinished(operation, .succeeded(text)))
            } catch {
                post(.operationFinished(operation, Self.outcome(of: error)))
            }
            poller?.kick()
        }
    }

    /// The process of another chain that uses a model: such a model is left alone.
    private static func user(of model: ModelInfo, on connection: WatchedServer, locks: String?) async -> ModelUser? {
        guard let locks else { return nil }
        let all = ModelLock.all(folder: locks, server: connection.url, model: model.name, digest: model.digest)
        let own = ProcessInfo.processInfo.processIdentifier
        return await BlockingWork.run { all.flatMap { $0.users() }.first { $0.pid != own } }
    }

    private static func inUse(
        _ used: [(model: ModelName, user: ModelUser)], besides gone: Int, on connection: WatchedServer
    ) -> ModelManagementError {
        let names = used.map(\.model.short)
        let reason =
            used.count == 1
            ? "\(used[0].user) uses it" : used.map { "\($0.user) uses \($0.model.short)" }.joined(separator: ", ")
        let rest = gone == 0 ? "" : gone == 1 ? "the other one is unloaded; " : "the other \(gone) are unloaded; "
        return ModelManagementError(
            kind: .busy, action: "unload \(names.joined(separator: " and "))", server: connection.name, reason: reason,
            hint: rest + "stop that chain, or unload \(used.count == 1 ? "it" : "them") all the same: "
                + "promptchain unload --force \(names.joined(separator: " "))")
    }

    private static func stillLoaded(_ model: ModelName, on server: String) -> ModelManagementError {
        ModelManagementError(
            kind: .server, action: "unload \(model.short)", server: server, reason: "it may still be loaded",
            hint: "a request to it is probably still running; it leaves when that ends")
    }
}

extension KeepAlive {
    fileprivate init(_ choice: LoadKeepAlive) {
        switch choice {
        case .asServer: self = .serverDefault
        case .seconds(let seconds): self = .seconds(seconds)
        case .pinned: self = .forever
        }
    }
}
