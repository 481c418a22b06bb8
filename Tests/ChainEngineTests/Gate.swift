import Foundation

/// Holds up whoever passes until it is opened. It blocks the thread, as a stopped terminal does.
final class Gate: Sendable {
    private let condition = DispatchSemaphore(value: 0)

    func pass() {
        condition.wait()
        condition.signal()
    }

    func open() { condition.signal() }
}
