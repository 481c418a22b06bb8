import CTerminal
import CellScreen
import Foundation
import Synchronization

/// A screen on a terminal, drawn by ncurses.
///
/// It opens the terminal itself, so that standard input and output stay free. It never blocks: a terminal that does not
/// take what is sent misses pictures, and gets the newest when it reads again. However the process ends, short of
/// `kill -9`, the terminal is given back.
public final class NcursesScreen: Screen {
    /// ncurses has one current screen a process, and a signal handler has one terminal to restore.
    private static let isOpen = Atomic(false)

    let line: TerminalLine
    let canvas: NcursesCanvas
    let waker: Waker
    private(set) var signals: SignalNotes?
    var decoder: InputDecoder
    /// Events that are known and were not yet returned.
    var events: [InputEvent] = []
    /// What the terminal shows; `nil` when that is not known.
    var shown: CellBuffer?
    /// The newest picture, when the terminal did not take the one before.
    var missed: CellBuffer?
    var hasReportedEnd = false
    /// The program that has the terminal instead.
    private(set) var loan: TerminalLoan?
    private let path: String
    private var wantsMouse = false
    private var isClosed = false
    private let insideTmux: Bool
    private let desktopNotice: DesktopSequence?
    /// What gives the terminal back, whatever it shows.
    private let farewell: [UInt8]

    /// How long the terminal may take for the last picture and the farewell, in milliseconds.
    private static let farewellPatience = 500

    /// What the first part of a large picture costs, in cells: little, since the terminal waits for it, and enough to keep
    /// it busy meanwhile.
    private static let openingCost = 100
    /// What it costs to begin a run: to go there and to choose colours.
    private static let runCost = 8

    /// The extent in cells.
    public private(set) var size: Size

    /// The colours that are shown.
    public var colorDepth: ColorDepth { canvas.colorDepth }

    /// Whether the terminal has gone away.
    public var isGone: Bool { line.isGone }

    /// Whether the terminal did not even take the farewell in time: whoever writes to it waits, perhaps for ever.
    public private(set) var isUnresponsive = false

    /// Opens a terminal and switches it to the dashboard's screen.
    ///
    /// Best called before other threads run: ncurses reads variables of the process, which are set for a moment.
    /// - Parameters:
    ///   - waker: ends a wait for input; it has to be the one that the mailbox rings.
    ///   - signals: what notes signals when that began before the screen and goes on after it; it has to ring `waker`.
    ///   - path: the terminal; by default the one that the process belongs to.
    ///   - environment: where `TERM`, `NO_COLOR`, `COLORTERM` and `TMUX` are read.
    ///   - desktopNotice: how the terminal is asked to show a message; `nil` asks for nothing.
    /// - Throws: `TerminalError`, with the terminal as it was.
    public init(
        waker: Waker, signals: SignalNotes? = nil, path: String = "/dev/tty",
        environment: [String: String] = ProcessInfo.processInfo.environment,
        desktopNotice: DesktopSequence? = nil
    ) throws {
        guard Self.isOpen.compareExchange(expected: false, desired: true, ordering: .sequentiallyConsistent).exchanged
        else { throw TerminalError.alreadyOpen }
        let type: TerminalType
        do {
            let line = try TerminalLine(path: path)
            type = try TerminalType(named: environment["TERM"], terminal: line.descriptor)
            let depth = ColorDepth.detect(environment: environment, described: type.colors)
            let size = line.size ?? Size(width: 80, height: 24)
            // Before ncurses: it leaves signals alone that somebody handles.
            let signals = signals ?? SignalNotes(waker: waker)
            try line.begin()
            canvas = try NcursesCanvas(type: type, size: size, depth: depth)
            ct_guard_install(type.farewell.map { CChar(bitPattern: $0) }, type.farewell.count)
            decoder = InputDecoder(typeKeys: type.keys)
            self.line = line
            self.size = size
            self.signals = signals
        } catch {
            Self.isOpen.store(false, ordering: .sequentiallyConsistent)
            throw error
        }
        self.waker = waker
        self.path = path
        farewell = type.farewell
        insideTmux = environment["TMUX"] != nil
        self.desktopNotice = desktopNotice
        line.send(TerminalSequence.pasteOn)
    }

    deinit {
        close()
    }

    /// Gives the terminal back, as it was before. Safe to call twice.
    public func close() {
        guard !isClosed else { return }
        isClosed = true
        if loan == nil { handBack() } else { endLoan() }
        if line.isBlocked {
            isUnresponsive = true
            line.replaceWaiting(with: farewell)
        }
        ct_guard_remove()
        signals = nil
        Self.isOpen.store(false, ordering: .sequentiallyConsistent)
    }

    /// Shows a buffer, writing only what differs from the one shown before.
    public func present(_ buffer: CellBuffer) {
        guard !isClosed, !line.isGone, !isLent else { return }
        line.flush()
        // One picture waits at most: what a slow terminal gets is always new, and memory is bounded.
        guard !line.isBlocked else {
            missed = buffer
            return
        }
        missed = nil
        var cost = 0
        var isOpened = false
        buffer.forEachChange(from: shown) { run in
            canvas.draw(run)
            cost += Self.runCost + run.cells.count
            guard !isOpened, cost >= Self.openingCost else { return }
            // The terminal works on these rows while the others are looked for and drawn.
            isOpened = true
            canvas.update(cursor: canvas.shownCursor)
            line.send(TerminalSequence.pictureBegins + canvas.takeOutput())
        }
        canvas.update(cursor: buffer.cursor)
        shown = buffer
        line.send(canvas.takeOutput() + (isOpened ? TerminalSequence.pictureEnds : []))
    }

    /// Forgets what is shown, so that the next `present` writes everything.
    public func invalidate() {
        shown = nil
        canvas.forget()
    }

    /// Switches the reporting of the mouse on or off.
    public func setMouse(_ enabled: Bool) {
        wantsMouse = enabled
        guard !isLent else { return }
        line.send(enabled ? TerminalSequence.mouseOn : TerminalSequence.mouseOff)
    }

    /// Writes a string to the terminal's clipboard, where the terminal allows it. Nothing happens with more than a
    /// mebibyte, which terminals refuse.
    public func copyToClipboard(_ text: String) {
        guard text.utf8.count <= 1 << 20, !isLent else { return }
        line.send(TerminalSequence.clipboard(text, insideTmux: insideTmux))
    }

    /// Rings the terminal's bell; one that would be heard late is left out.
    public func ring() {
        guard !line.isBlocked, !isLent else { return }
        line.send(TerminalSequence.bell)
    }

    /// Shows a message outside the terminal, where it is known how to ask for that; one that would come late is left out.
    public func notify(title: String, text: String) {
        guard let desktopNotice, !line.isBlocked, !isLent else { return }
        line.send(desktopNotice.bytes(title: title, text: text, insideTmux: insideTmux))
    }

    /// Stops the process and its job, as Ctrl-Z does, with the terminal given back meanwhile.
    public func suspend() {
        stop(wholeJob: true)
    }

    /// Stops the process; returns when the user brings it back.
    func stop(wholeJob: Bool) {
        guard !isClosed, !isLent else { return }
        handBack()
        ct_stop_process(wholeJob)
        // The continuation of this stop is dealt with here.
        ct_signals_drop(UInt32(CT_CONTINUED))
        takeAgain()
    }

    /// Whether another program has the terminal.
    public var isLent: Bool { loan != nil }

    /// Leaves the terminal to another program until it ends, which `waitForInput` reports.
    public func lend(to commands: [[String]]) {
        guard !isClosed, !line.isGone, !isLent else { return }
        handBack()
        do {
            loan = try TerminalLoan(commands, terminal: path, waker: waker)
        } catch {
            takeAgain(after: .programEnded(.notStarted((error as? TerminalLoanError)?.reason ?? "\(error)")))
        }
    }

    /// Takes the terminal back from a program that has ended, and goes with one that was stopped.
    func lookAtLoan() {
        switch loan?.take() {
        case .ended(let end):
            loan = nil
            // What was pressed for both was meant for the program.
            ct_signals_drop(UInt32(CT_INTERRUPTED | CT_STOP_ASKED | CT_CONTINUED))
            takeAgain(after: .programEnded(end))
        case .stopped:
            ct_stop_process(false)
            ct_signals_drop(UInt32(CT_STOP_ASKED | CT_CONTINUED))
        case .running, nil: break
        }
    }

    /// Ends the program that has the terminal, and waits a moment for it to leave.
    private func endLoan() {
        loan?.end()
        let clock = SystemTime()
        let end = clock.uptime() + Double(Self.farewellPatience) / 1000
        while clock.uptime() < end {
            if case .ended = loan?.take() { break }
            waker.wait(milliseconds: 20)
        }
        loan = nil
    }

    private func handBack() {
        canvas.leave()
        line.send((wantsMouse ? TerminalSequence.mouseOff : []) + TerminalSequence.pasteOff + canvas.takeOutput())
        line.flush(milliseconds: Self.farewellPatience, waker: waker)
        line.end()
    }

    /// Takes the terminal after a stop: its settings, its size and what it shows are not known.
    /// - Parameter news: what is reported.
    func takeAgain(after news: InputEvent = .resumed) {
        try? line.begin()
        line.send(TerminalSequence.pasteOn + (wantsMouse ? TerminalSequence.mouseOn : []))
        resizeIfNeeded()
        invalidate()
        events.append(news)
    }

    /// Looks whether the terminal has another size.
    func resizeIfNeeded() {
        guard let now = line.size, now != size else { return }
        size = now
        canvas.resize(to: now)
        shown = nil
        missed = nil
        events.append(.resize(now))
    }
}
