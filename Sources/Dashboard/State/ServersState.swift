import PromptChainCore

/// What is known about every server: its description, and the newest reading.
struct ServersState: Equatable, Sendable {
    struct Server: Equatable, Sendable {
        var description: ServerDescription
        var snapshot: ServerSnapshot?
        var memory = MemoryHistory()
        /// When it last answered, in seconds since 1970.
        var answeredAt: Double?
        /// Whether only a run tells of it, and nothing can be asked of it here.
        var isTold = false

        var name: String { description.name }
        var state: ServerState { snapshot?.state ?? .connecting }
        var models: [ModelInfo] { snapshot?.models ?? [] }

        /// Whether its rows are what the server says now.
        var isCurrent: Bool { state == .ready }
    }

    private(set) var all: [Server]
    /// What they said before.
    private(set) var history = ReadingHistory()
    /// Which models they had in memory when.
    private(set) var presence = PresenceLog()

    init(_ descriptions: [ServerDescription]) {
        all = descriptions.map { Server(description: $0) }
    }

    subscript(name: String) -> Server? { all.first { $0.name == name } }

    /// The only server, when there is just one.
    var only: Server? { all.count == 1 ? all.first : nil }

    /// A name for a narrow column: of addresses on one host only the port tells them apart.
    func shortName(of name: String) -> String {
        guard name.count > 8, let colon = name.lastIndex(of: ":") else { return name }
        let host = name[..<colon]
        let isShared = all.contains { $0.name != name && $0.name.hasPrefix("\(host):") }
        return isShared ? String(name[colon...]) : name
    }

    var names: [String] { all.map(\.name) }

    func model(_ identity: ModelIdentity) -> ModelInfo? {
        self[identity.server]?.models.first { $0.name == identity.model }
    }

    mutating func describe(_ description: ServerDescription) {
        if let index = all.firstIndex(where: { $0.name == description.name }) {
            all[index].description = description
            all[index].isTold = false
        } else {
            all.append(Server(description: description))
        }
    }

    /// Takes a reading that a run tells of, unless the server is asked here as well.
    mutating func acceptTold(_ snapshot: ServerSnapshot) {
        let isAsked = all.contains { server in
            !server.isTold && (server.name == snapshot.name || server.description.url == snapshot.url)
        }
        guard !isAsked else { return }
        forgetRun(for: snapshot.name)
        accept(snapshot)
        guard let index = all.firstIndex(where: { $0.name == snapshot.name }) else { return }
        all[index].isTold = true
        all[index].description.abilities = []
    }

    /// Forgets what is only known from the run itself, as soon as a server tells more.
    private mutating func forgetRun(for name: String) {
        guard name != ToldModels.name else { return }
        all.removeAll { $0.name == ToldModels.name }
        history.forget(ToldModels.name)
        presence.forget(ToldModels.name)
    }

    /// What was known at a time, in seconds since 1970.
    func past(at time: Double) -> ServersState {
        var past = self
        past.history = history.past(at: time)
        for index in past.all.indices {
            past.all[index].snapshot = history.reading(of: all[index].name, at: time)?.snapshot
            past.all[index].answeredAt =
                past.history.readings(of: all[index].name).last { $0.snapshot.state == .ready }?.until
            past.all[index].memory = all[index].memory.past(at: time)
        }
        return past
    }

    mutating func accept(_ snapshot: ServerSnapshot) {
        forgetRun(for: snapshot.name)
        if self[snapshot.name] == nil {
            describe(ServerDescription(name: snapshot.name, url: snapshot.url, provider: snapshot.provider))
        }
        guard let index = all.firstIndex(where: { $0.name == snapshot.name }) else { return }
        all[index].snapshot = snapshot
        history.add(snapshot)
        presence.add(snapshot)
        let isMeasured = snapshot.state == .ready
        if isMeasured { all[index].answeredAt = snapshot.time.timeIntervalSince1970 }
        all[index].memory.add(
            isMeasured ? MemoryFacts(snapshot).used : nil, at: snapshot.time.timeIntervalSince1970)
    }
}

/// The memory that a server used in the last five minutes.
struct MemoryHistory: Equatable, Sendable {
    struct Sample: Equatable, Sendable {
        /// Seconds since 1970.
        var time: Double
        /// `nil` where the server was silent.
        var bytes: Int64?
    }

    /// How far it reaches back, in seconds.
    static let span = 300.0

    private(set) var samples: [Sample] = []

    mutating func add(_ bytes: Int64?, at time: Double) {
        if let last = samples.last, time <= last.time { return }
        samples.append(Sample(time: time, bytes: bytes))
        // In bulk, since taking from the front moves all the rest.
        if samples.count > 2048 || (samples.first.map { time - $0.time > 2 * Self.span } ?? false) {
            samples.removeAll { time - $0.time > Self.span + 10 }
        }
        if samples.count > 2048 { samples.removeFirst(samples.count - 1024) }
    }

    /// What was known at a time, in seconds since 1970.
    func past(at time: Double) -> MemoryHistory {
        var past = self
        past.samples.removeAll { $0.time > time }
        return past
    }

    /// The largest value of each of `columns` equal parts of the span that ends now; a part without any reading shows
    /// what the one before it showed, and nothing before the first reading.
    func columns(_ columns: Int, now: Double) -> [Int64?] {
        guard columns > 0 else { return [] }
        var result = [Int64?](repeating: nil, count: columns)
        var seen = [Bool](repeating: false, count: columns)
        let slot = Self.span / Double(columns)
        for sample in samples {
            let place = columns - 1 - Count.whole(((now - sample.time) / slot).rounded(.down))
            let index = min(place, columns - 1)
            guard index >= 0 else { continue }
            if seen[index], let old = result[index] {
                result[index] = sample.bytes.map { max($0, old) } ?? old
            } else {
                result[index] = sample.bytes
            }
            seen[index] = true
        }
        for index in result.indices.dropFirst() where !seen[index] && seen[index - 1] {
            result[index] = result[index - 1]
            seen[index] = true
        }
        return result
    }
}
