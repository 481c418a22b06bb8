import CTerminal
import CellScreen
import Foundation

extension NcursesScreen {
    /// Waits until input is there, another thread calls for the loop, or the time is over; then returns what came.
    ///
    /// Meanwhile it sends what the terminal did not take before, and shows the newest picture when there is room.
    public func waitForInput(milliseconds: Int?) -> [InputEvent] {
        let clock = SystemTime()
        let deadline = milliseconds.map { clock.uptime() + Double(max(0, $0)) / 1000 }
        while true {
            takeSignals()
            lookAtLoan()
            let left = deadline.map { max(0, Int((($0 - clock.uptime()) * 1000).rounded(.up))) }
            let patience = events.isEmpty ? shorter(left, decoder.patience) : 0
            let ready = ct_wait(
                line.isGone || isLent ? -1 : line.descriptor, waker.waitEnd, line.isBlocked, Int32(patience ?? -1))
            receive(ready)
            let isOver = deadline.map { clock.uptime() >= $0 } ?? false
            let isCalled = ready & Int32(CT_WOKEN) != 0
            if isCalled {
                waker.quiet()
                takeSignals()
                lookAtLoan()
            }
            if isCalled || isOver || !events.isEmpty { return takeEvents() }
        }
    }

    private func receive(_ ready: Int32) {
        if ready & Int32(CT_WRITABLE) != 0 {
            line.flush()
            if let missed, !line.isBlocked { present(missed) }
        }
        if ready & Int32(CT_READABLE) != 0 {
            events += decoder.feed(line.receive())
        } else if ready & Int32(CT_HUNG_UP) != 0 {
            line.leave()
        } else if ready == 0, decoder.patience != nil {
            events += decoder.flush()
        }
        if line.isGone, !hasReportedEnd {
            hasReportedEnd = true
            events.append(.closed)
        }
    }

    private func takeSignals() {
        let flags = Int32(ct_signals_take())
        guard flags != 0 else { return }
        if isLent { return takeSignalsOfLoan(flags) }
        if let number = signals?.number(in: flags) { events.append(.signal(number)) }
        if flags & Int32(CT_STOP_ASKED) != 0 {
            stop(wholeJob: false)
        } else if flags & Int32(CT_CONTINUED) != 0 {
            takeAgain()
        }
        if flags & Int32(CT_RESIZED) != 0 { resizeIfNeeded() }
    }

    /// While another program has the terminal, Ctrl-C is its own, Ctrl-Z is followed when it has stopped, and the size is
    /// looked at afterwards. What ends this program ends that one first.
    private func takeSignalsOfLoan(_ flags: Int32) {
        guard let number = signals?.number(in: flags & ~Int32(CT_INTERRUPTED)) else { return }
        loan?.end()
        events.append(.signal(number))
    }

    private func takeEvents() -> [InputEvent] {
        defer { events.removeAll() }
        return events
    }

    private func shorter(_ left: Int?, _ right: Int?) -> Int? {
        guard let left, let right else { return left ?? right }
        return min(left, right)
    }
}
