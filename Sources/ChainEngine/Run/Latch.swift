import Synchronization

/// A value that is set once and that one task waits for, whatever becomes of the task that sets it.
final class Latch<Value: Sendable>: Sendable {
    private enum State {
        case open
        case awaited(CheckedContinuation<Value, Never>)
        case set(Value)
        case taken
    }

    private let state = Mutex(State.open)

    /// Sets the value; only the first one counts.
    func set(_ value: Value) {
        let waiting: CheckedContinuation<Value, Never>? = state.withLock { state in
            switch state {
            case .open:
                state = .set(value)
                return nil
            case .awaited(let continuation):
                state = .taken
                return continuation
            case .set, .taken: return nil
            }
        }
        waiting?.resume(returning: value)
    }

    /// Waits for the value. May be called once.
    func value() async -> Value {
        await withCheckedContinuation { continuation in
            let ready: Value? = state.withLock { state in
                switch state {
                case .set(let value):
                    state = .taken
                    return value
                case .open, .awaited, .taken:
                    state = .awaited(continuation)
                    return nil
                }
            }
            if let ready { continuation.resume(returning: ready) }
        }
    }
}
