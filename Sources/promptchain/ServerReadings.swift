import DashboardRuntime
import ModelManagement
import PromptChainCore

/// The answers of several servers to one question, asked at the same time. One that does not answer is told, and the
/// others are listed all the same.
struct ServerReadings<Item: Encodable & Sendable>: Sendable {
    /// What a server answered.
    struct Reading: Sendable {
        var server: String
        var answer: Result<[Item], ModelManagementError>
    }

    /// A server that did not answer, as JSON tells it.
    private struct Absent: Encodable {
        var server: String
        var reason: String
        var hint: String?
    }

    private struct Listing: Encodable {
        var models: [Item]
        // Left out when every server answered.
        var unreachable: [Absent]?
    }

    /// The answers in the order of the servers.
    let readings: [Reading]

    /// Asks all servers.
    static func read(
        _ servers: [WatchedServer], action: String, _ ask: @escaping @Sendable (WatchedServer) async throws -> [Item]
    ) async -> ServerReadings {
        await withTaskGroup(of: (Int, Reading).self) { group in
            for (index, server) in servers.enumerated() {
                group.addTask {
                    do {
                        return (index, Reading(server: server.name, answer: .success(try await ask(server))))
                    } catch {
                        let failure =
                            error as? ModelManagementError
                            ?? ModelManagementError(
                                kind: .server, action: action, server: server.name, reason: "\(error)")
                        return (index, Reading(server: server.name, answer: .failure(failure)))
                    }
                }
            }
            var found: [(Int, Reading)] = []
            for await answer in group { found.append(answer) }
            return ServerReadings(readings: found.sorted { $0.0 < $1.0 }.map(\.1))
        }
    }

    /// What the servers that answered have.
    var items: [Item] { readings.flatMap { (try? $0.answer.get()) ?? [] } }

    /// The servers that did not answer, with why.
    var failures: [(server: String, error: ModelManagementError)] {
        readings.compactMap { reading in
            if case .failure(let error) = reading.answer { (reading.server, error) } else { nil }
        }
    }

    /// The listing as JSON.
    var json: String {
        let absent = failures.map { Absent(server: $0.server, reason: $0.error.reason, hint: $0.error.hint) }
        return JSONText.pretty(Listing(models: items, unreachable: absent.isEmpty ? nil : absent))
    }

    /// Tells who did not answer.
    /// - Throws: `CommandFailure` without a message of its own when nobody answered.
    func report() throws {
        for failure in failures { CommandFailure(failure.error).report() }
        guard let first = failures.first, failures.count == readings.count else { return }
        throw CommandFailure(message: "", status: CommandFailure(first.error).status)
    }
}
