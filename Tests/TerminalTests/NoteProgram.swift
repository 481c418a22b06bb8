import CellScreen

/// A program that notes what happens to it; its first line is what it noted.
struct NoteProgram: Program {
    struct State: Equatable {
        var notes: [String] = []
        var isFinished = false
        /// What `nextTick` says.
        var tick: Int?
    }

    enum Message: Equatable, Sendable {
        case note(String)
        case tick(Int?)
        case ask(ScreenRequest)
        case finish
    }

    enum Effect: Equatable, Sendable {
        case screen(ScreenRequest)
        case elsewhere(String)
    }

    func update(_ state: inout State, _ message: Message) -> [Effect] {
        switch message {
        case .note(let text):
            state.notes.append(text)
            return text == "effect" ? [.elsewhere("first"), .elsewhere("second")] : []
        case .tick(let milliseconds): state.tick = milliseconds
        case .ask(let request): return [.screen(request)]
        case .finish: state.isFinished = true
        }
        return []
    }

    func draw(_ state: State, into buffer: inout CellBuffer) {
        buffer.reset(to: .blank)
        buffer.write(state.notes.joined(separator: " "), at: Point(x: 0, y: 0))
    }

    func message(for input: InputEvent, in state: State) -> Message? {
        switch input {
        case .key(KeyStroke(.character("q"), modifiers: [])): .finish
        case .key(let key) where key.modifiers.isEmpty: .note(key.description)
        case .paste(let text): .note(text)
        default: nil
        }
    }

    func screenRequest(for effect: Effect) -> ScreenRequest? {
        if case .screen(let request) = effect { request } else { nil }
    }

    func isFinished(_ state: State) -> Bool { state.isFinished }
    func nextTick(_ state: State) -> Int? { state.tick }
    func tick(uptime: Double, clock: Double) -> Message { .note("tick@\(Int((uptime - 1000) * 1000 + 0.5))") }
}
