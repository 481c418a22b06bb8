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

    /// The item that writes.
    private(set) var floor: Int?
    private(set) var begun: Set<Int> = []
    private(set) var finished: Set<Int> = []
    private var waiting: [Waiting] = []

    var isEmpty: Bool { begun.isEmpty }

    mutating func begin(_ item: Int) {
        begun.insert(item)
        finished.remove(item)
    }

    /// Takes text of an item and gives what is shown now.
    mutating func write(_ piece: Piece, by item: Int) -> [Piece] {
        begun.insert(item)
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
        begun.insert(item)
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

    /// `item 3 writes, 2 done`, in as few words as that.
    var summary: String {
        let writing = floor.map { "item \($0)" } ?? "\(begun.count - finished.count) items"
        return finished.isEmpty ? writing : "\(writing), \(finished.count) done"
    }
}
