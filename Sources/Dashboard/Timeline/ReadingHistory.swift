import PromptChainCore

/// What servers said in the last hour: the timeline is drawn from it, the cursor goes back in it, and verdicts that need
/// more than one reading look into it.
struct ReadingHistory: Equatable, Sendable {
    /// A reading, and until when the server went on saying the same.
    struct Reading: Equatable, Sendable {
        var snapshot: ServerSnapshot
        /// The time of the last reading that said the same, in seconds since 1970.
        var until: Double

        /// When it was made, in seconds since 1970.
        var time: Double { snapshot.time.timeIntervalSince1970 }
    }

    /// How far it reaches back, in seconds.
    static let span = 3600.0
    /// Readings of one server that are kept at most: one each second of the span.
    static let limit = 3600

    private var byServer: [String: [Reading]] = [:]

    /// Adds a reading. One that is older than the newest of its server is left out.
    mutating func add(_ snapshot: ServerSnapshot) { byServer[snapshot.name, default: []].add(snapshot) }

    /// Forgets a server.
    mutating func forget(_ server: String) { byServer[server] = nil }

    /// The readings of a server, the oldest first.
    func readings(of server: String) -> [Reading] { byServer[server] ?? [] }

    /// The readings of a server that held at some moment from `start`, in seconds since 1970, the oldest first.
    func readings(of server: String, since start: Double) -> ArraySlice<Reading> {
        let all = readings(of: server)
        return all[firstIndex(in: all) { $0.until >= start }...]
    }

    /// What a server had said at a time, in seconds since 1970; `nil` before its first reading.
    func reading(of server: String, at time: Double) -> Reading? {
        let all = readings(of: server)
        let index = firstIndex(in: all) { $0.time > time }
        return index > 0 ? all[index - 1] : nil
    }

    /// What was known at a time, in seconds since 1970.
    func past(at time: Double) -> ReadingHistory {
        var past = self
        past.byServer = byServer.mapValues { all in
            var all = Array(all[..<firstIndex(in: all) { $0.time > time }])
            if let last = all.last, last.until > time { all[all.count - 1].until = time }
            return all
        }
        return past
    }

    /// The first reading for which a condition holds that then holds for all later ones; the end when there is none.
    private func firstIndex(in readings: [Reading], where holds: (Reading) -> Bool) -> Int {
        var (low, high) = (0, readings.count)
        while low < high {
            let middle = (low + high) / 2
            if holds(readings[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

extension [ReadingHistory.Reading] {
    fileprivate mutating func add(_ snapshot: ServerSnapshot) {
        let time = snapshot.time.timeIntervalSince1970
        if let last {
            guard time > last.until else { return }
            if last.snapshot.saysTheSame(as: snapshot) {
                self[count - 1].until = time
                return
            }
        }
        append(ReadingHistory.Reading(snapshot: snapshot, until: time))
        // In bulk, since taking from the front moves all the rest.
        let isLong = count >= 2 * ReadingHistory.limit
        if isLong || (first.map { time - $0.until > 2 * ReadingHistory.span } ?? false) {
            removeAll { time - $0.until > ReadingHistory.span }
            if count > ReadingHistory.limit { removeFirst(count - ReadingHistory.limit) }
        }
    }
}

extension ServerSnapshot {
    /// Whether another reading differs from this one in nothing but its time.
    fileprivate func saysTheSame(as other: ServerSnapshot) -> Bool {
        var other = other
        other.time = time
        return self == other
    }
}
