import PromptChainCore

extension ModelTableState {
    /// What rows are sorted by.
    enum Order: String, CaseIterable, Sendable {
        case name, size, vram, context, expiry, activity, server

        var next: Order {
            let all = Self.allCases
            let index = all.firstIndex(of: self) ?? 0
            return all[(index + 1) % all.count]
        }

        var word: String { self == .vram ? "VRAM" : rawValue }
    }

    /// Whether a row comes before another; what loads is first in any order.
    func isBefore(_ one: ModelRow, _ other: ModelRow) -> Bool {
        if one.isLoading != other.isLoading { return one.isLoading }
        let (left, right) = (key(one), key(other))
        if left != right {
            // What is not known comes last, also in reverse.
            guard left.isFinite, right.isFinite else { return left.isFinite }
            return (left < right) != isReversed
        }
        let names = (text(one), text(other))
        if names.0 != names.1 { return (names.0 < names.1) != (isReversed && (order == .name || order == .server)) }
        return one.identity.server < other.identity.server
    }

    /// What comes first has the smaller number.
    private func key(_ row: ModelRow) -> Double {
        switch order {
        case .name, .server: 0
        case .size: row.info?.sizeBytes.map { -Double($0) } ?? .infinity
        case .vram: row.info?.vramBytes.map { -Double($0) } ?? .infinity
        case .context: row.info?.contextLength.map { -Double($0) } ?? .infinity
        case .expiry: row.expiryKey
        case .activity: row.workKey
        }
    }

    private func text(_ row: ModelRow) -> String {
        let name = row.identity.model.canonical.lowercased()
        return order == .server ? "\(row.identity.server.lowercased()) \(name)" : name
    }
}

extension ModelRow {
    /// When the server will let it go, so that the next one comes first; not the countdown, which is no order of rows
    /// while a model is busy.
    fileprivate var expiryKey: Double {
        guard let info, !info.isPinned else { return .infinity }
        return info.expiresAt?.timeIntervalSince1970 ?? .infinity
    }

    /// What works is first.
    fileprivate var workKey: Double {
        switch phase {
        case .loading: 0
        case .unloading: 1
        case .generating, .thinking: 2
        case .reading: 3
        case .busy: 4
        case .due, .ended: 5
        case .idle: 6
        case .kept, .pinned: 7
        case .unknown: 8
        }
    }
}
