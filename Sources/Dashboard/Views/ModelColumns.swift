/// A column of the Models pane, right of the name.
enum ModelColumn: Int, CaseIterable, Sendable {
    case server, parameters, quantization, size, parts, vram, cpu, context, used, requests, until, client, load

    var heading: String {
        switch self {
        case .server: "SERVER"
        case .parameters: "PARAMS"
        case .quantization: "QUANT"
        case .size: "SIZE"
        case .parts: "WEIGHTS|KV|BUF"
        case .vram: "VRAM"
        case .cpu: "CPU"
        case .context: "CTX"
        case .used: "USED"
        case .requests: "REQ"
        case .until: "UNTIL"
        case .client: "CLIENT"
        case .load: "LOAD"
        }
    }

    var width: Int {
        switch self {
        case .size, .load, .cpu, .used: 5
        case .vram, .context, .requests: 4
        case .until: 10
        case .server: 8
        case .quantization: 7
        case .parameters: 6
        case .parts: 15
        case .client: 20
        }
    }

    var isLeftAligned: Bool {
        switch self {
        case .until, .server, .quantization, .client: true
        default: false
        }
    }
}

/// Which columns stand where: a function of the width alone, and of whether there are several servers.
struct ModelColumns: Equatable, Sendable {
    struct Place: Equatable, Sendable {
        var column: ModelColumn
        /// Its first column, counted from the left edge of the pane's inside.
        var x: Int
    }

    var name: Int
    private(set) var places: [Place] = []

    var others: [(column: ModelColumn, x: Int)] { places.map { ($0.column, $0.x) } }

    init(width: Int, hasSeveralServers: Bool) {
        // In the order in which they are given up, the last first.
        let wanted: [ModelColumn] =
            [.until, .vram] + (hasSeveralServers ? [.context, .server, .size] : [.size, .context])
            + [.used, .requests, .parameters, .quantization, .load, .parts, .client, .cpu]
        var chosen: [ModelColumn] = []
        var room = width - 2
        for column in wanted {
            // The pane VRAM has the sizes as well: they give way to whole names.
            let most = hasSeveralServers && column == .size ? 17 : hasSeveralServers ? 12 : 14
            let least = chosen.count >= (hasSeveralServers ? 5 : 4) ? 20 : most
            let needed = column.width + (column == .until ? 2 : 1)
            guard room - needed >= least || (chosen.isEmpty && room - needed >= 8) else { break }
            chosen.append(column)
            room -= needed
        }
        name = min(room, 44)
        var x = 1 + name
        for column in ModelColumn.allCases where chosen.contains(column) {
            x += column == .until ? 2 : 1
            places.append(Place(column: column, x: x))
            x += column.width
        }
    }

    /// Where a sentence on a model can stand in place of its context and its time.
    var notePlace: (x: Int, width: Int)? {
        guard let last = places.first(where: { $0.column == .until }) else { return nil }
        let first = places.first { $0.column == .context } ?? last
        return (first.x, last.x + last.column.width - first.x)
    }
}
