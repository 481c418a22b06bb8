/// The items of a step that is done once for each of several. One at a time has the floor; what others write meanwhile
/// waits until it is their turn, so that no two texts are mixed.
struct StepItems: Equatable, Sendable {
    /// A part of the step's text.
    enum Piece: Equatable, Sendable {
        /// From here on an item writes.
        case heading(Int)
        case text(String, kind: TextBuffer.Kind)
        /// A line of its own beside the text.
        case line(String)
    }

    private struct Waiting: Equatable {
        var item: Int
        var pieces: [Piece]
    }

    /// How many there are, where that was told.
    var total: Int?
    /// The item that writes.
    private(set) var floor: Int?
    private(set) var begun: Set<Int> = []
    private(set) var finished: Set<Int> = []
    private(set) var leftOut: Set<Int> = []
    /// The highest number of an item that was heard of.
    private var highest = 0
    private var waiting: [Waiting] = []

    var isEmpty: Bool { begun.isEmpty }

    mutating func begin(_ item: Int) {
        note(item)
        finished.remove(item)
    }

    /// An item is not done, because its condition does not hold.
    mutating func leaveOut(_ item: Int) {
        highest = max(highest, item)
        leftOut.insert(item)
    }

    private mutating func note(_ item: Int) {
        begun.insert(item)
        leftOut.remove(item)
        highest = max(highest, item)
    }

    /// Takes text of an item and gives what is shown now.
    mutating func write(_ piece: Piece, by item: Int) -> [Piece] {
        note(item)
        if floor == item { return [piece] }
        if floor == nil {
            floor = item
            return [.heading(item), piece]
        }
        guard let index = waiting.firstIndex(where: { $0.item == item }) else {
            waiting.append(Waiting(item: item, pieces: [piece]))
            return []
        }
        waiting[index].pieces.append(piece)
        return []
    }

    /// An item is done: gives what others have written in the meantime, up to the first that still writes.
    mutating func finish(_ item: Int) -> [Piece] {
        note(item)
        finished.insert(item)
        guard floor == nil || floor == item else { return [] }
        floor = nil
        return passOn()
    }

    /// Gives everything that waits.
    mutating func finishAll() -> [Piece] {
        floor = nil
        defer { waiting = [] }
        return waiting.flatMap { [.heading($0.item)] + $0.pieces }
    }

    private mutating func passOn() -> [Piece] {
        var shown: [Piece] = []
        while floor == nil, !waiting.isEmpty {
            let next = waiting.removeFirst()
            shown += [.heading(next.item)] + next.pieces
            if !finished.contains(next.item) { floor = next.item }
        }
        return shown
    }

    /// Which item writes and how many are done, in fewer and fewer words: `item 3 of 12, 2 done`, `item 3/12, 2 done`,
    /// `item 3/12`. Without their number the items stand for themselves: `item 3, 2 done`.
    var summaries: [String] {
        // A number that the items go beyond is none.
        let total = total.flatMap { $0 >= highest ? $0 : nil }
        let out = leftOut.isEmpty ? "" : ", \(leftOut.count) left out"
        let done = (finished.isEmpty ? "" : ", \(finished.count) done") + out
        if let floor {
            guard let total else { return ["item \(floor)\(done)", "item \(floor)"] }
            return ["item \(floor) of \(total)\(done)", "item \(floor)/\(total)\(done)", "item \(floor)/\(total)"]
        }
        let running = Count.text(begun.count - finished.count, "item")
        guard let total else { return [running + done, running] }
        return ["\(running) of \(total)\(done)", "\(running)/\(total)"]
    }
}
