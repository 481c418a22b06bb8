import CellScreen
import PromptChainCore

/// Where everything stands: a function of the screen's size, the zoom and the focus, and of nothing else, so that the
/// picture does not jump when something happens.
///
/// Panes include their border; neighbours share one line.
struct DashboardLayout: Equatable, Sendable {
    /// Below this, only a sentence is shown.
    static let smallest = Size(width: 24, height: 6)

    var size: Size
    var header: Rect
    var verdict: Rect
    /// The lower border of the panes, which carries the keys.
    var footer: Rect
    private(set) var panes: [PaneID: Rect] = [:]

    var isTooSmall: Bool { panes.isEmpty }

    init(size: Size, zoomed: Bool, focus: PaneID, choice: PaneLayout = PaneLayout()) {
        self.size = size
        let screen = Rect(size: size)
        guard size.width >= Self.smallest.width, size.height >= Self.smallest.height else {
            header = Rect(x: 0, y: 0, width: 0, height: 0)
            verdict = header
            footer = header
            return
        }
        // Where rows are scarce the verdict says more than the header.
        let (top, rest) = screen.split(top: size.height >= 10 ? 1 : 0)
        let (line, body) = rest.split(top: 1)
        header = top
        verdict = line
        footer = Rect(x: 0, y: size.height - 1, width: size.width, height: 1)
        if zoomed {
            panes = [focus: body]
        } else if body.width >= 160, body.height >= 26 {
            panes = Self.threeColumns(body)
        } else if body.width >= 100, body.height >= 22 {
            panes = Self.twoColumns(body, hidden: choice.hidden)
        } else if body.width >= 64, body.height >= 19 {
            panes = Self.compact(body, hidden: choice.hidden)
        } else {
            panes = Self.stack(body, focus: focus, hidden: choice.hidden)
        }
        if !zoomed { choose(choice, focus: focus) }
    }

    private mutating func choose(_ choice: PaneLayout, focus: PaneID) {
        // Where there is no room for both, the timeline is seen in place of the output.
        let isFree = choice.hidden.contains(PaneID.output.name) && !choice.hidden.contains(PaneID.residency.name)
        if focus == .residency || isFree, panes[.residency] == nil {
            panes[.residency] = panes[.output]
            panes[.output] = nil
        }
        for pane in PaneID.allCases where choice.hidden.contains(pane.name) && pane != focus {
            Self.hide(pane, in: &panes)
        }
        Self.resize(&panes, by: choice)
    }

    /// The inside of a pane; empty when it is not shown.
    func content(of pane: PaneID) -> Rect {
        panes[pane]?.inset(dx: 1, dy: 1) ?? Rect(x: 0, y: 0, width: 0, height: 0)
    }

    /// The pane that a cell belongs to.
    func pane(at point: Point) -> PaneID? {
        PaneID.allCases.first { panes[$0]?.inset(dx: 1, dy: 1).contains(point) == true }
            ?? PaneID.allCases.first { panes[$0]?.contains(point) == true }
    }

    /// A rectangle between two lines, which it includes.
    private static func frame(_ left: Int, _ top: Int, _ right: Int, _ bottom: Int) -> Rect {
        Rect(x: left, y: top, width: right - left + 1, height: bottom - top + 1)
    }

    /// Large screens: models and memory, the chain, and its output side by side; the log below.
    private static func threeColumns(_ body: Rect) -> [PaneID: Rect] {
        let (left, right, top, bottom) = (body.x, body.maxX - 1, body.y, body.maxY - 1)
        let first = left + min(88, body.width * 42 / 100)
        let second = first + min(56, body.width * 26 / 100)
        let log = bottom - min(9, body.height / 5) - 1
        let residency = log - (body.height >= 40 ? 9 : 6)
        let memory = residency - max(body.height >= 40 ? 11 : 7, (residency - top) * 2 / 5)
        return [
            .models: frame(left, top, first, memory), .vram: frame(left, memory, first, residency),
            .chain: frame(first, top, second, residency), .output: frame(second, top, right, residency),
            .residency: frame(left, residency, right, log), .log: frame(left, log, right, bottom),
        ]
    }

    /// Models over memory at the left, chain over output at the right, the log below.
    private static func twoColumns(_ body: Rect, hidden: Set<String>) -> [PaneID: Rect] {
        let (left, right, top, bottom) = (body.x, body.maxX - 1, body.y, body.maxY - 1)
        let middle = left + max(51, body.width * 48 / 100)
        // A pane that the user left out makes room for the timeline.
        let hasResidency = body.height >= 26 || !hidden.isDisjoint(with: ["vram", "log", "chain", "output"])
        let log = bottom - max(hasResidency ? 3 : 4, body.height / 8) - 1
        let residency = hasResidency ? log - max(5, body.height / 6) : log
        let memory = residency - (residency - top >= 26 ? 8 : hasResidency ? 5 : 6)
        let output = top + max(8, (residency - top) * 46 / 100)
        var panes: [PaneID: Rect] = [
            .models: frame(left, top, middle, memory), .vram: frame(left, memory, middle, residency),
            .chain: frame(middle, top, right, output), .output: frame(middle, output, right, residency),
            .log: frame(left, log, right, bottom),
        ]
        if hasResidency { panes[.residency] = frame(left, residency, right, log) }
        return panes
    }

    /// Eighty columns: models over memory beside the chain; output and log need the whole width to be read.
    private static func compact(_ body: Rect, hidden: Set<String>) -> [PaneID: Rect] {
        let (left, right, top, bottom) = (body.x, body.maxX - 1, body.y, body.maxY - 1)
        let middle = right - max(25, (body.width - 3) * 40 / 100 + 1)
        let residency = body.height >= 32 ? 6 : hidden.contains(PaneID.vram.name) ? 5 : 0
        let extra = max(0, body.height - 22 - (body.height >= 32 ? residency : 0))
        let log = bottom - (body.height >= 21 ? 3 : 2) - extra / 5
        let output = log - (body.height >= 22 ? 6 : 5) - extra * 2 / 5
        let timeline = output - residency
        let memory = timeline - (body.height >= 22 ? 5 : 4)
        var panes: [PaneID: Rect] = [
            .models: frame(left, top, middle, memory), .vram: frame(left, memory, middle, timeline),
            .chain: frame(middle, top, right, timeline), .output: frame(left, output, right, log),
            .log: frame(left, log, right, bottom),
        ]
        if residency > 0 { panes[.residency] = frame(left, timeline, right, output) }
        return panes
    }

    /// Small screens: one below the other, as many as fit, always the one with the focus.
    private static func stack(_ body: Rect, focus: PaneID, hidden: Set<String>) -> [PaneID: Rect] {
        let least: [PaneID: Int] = [.models: 3, .vram: 1, .residency: 2, .chain: 3, .output: 2, .log: 1]
        var chosen: [PaneID] = []
        var rows = body.height - 1
        for pane in [focus, .chain, .models, .vram, .output, .log, .residency]
        where !chosen.contains(pane) && (pane == focus || !hidden.contains(pane.name)) {
            let needed = 1 + (least[pane] ?? 1)
            guard rows >= needed || chosen.isEmpty else { continue }
            chosen.append(pane)
            rows -= needed
        }
        chosen.sort { $0.rawValue < $1.rawValue }
        var heights = Dictionary(uniqueKeysWithValues: chosen.map { ($0, 1 + (least[$0] ?? 1)) })
        let growing: [PaneID] = [.output, .residency, .models, .chain, .output, .log].filter(chosen.contains)
        var turn = 0
        while rows > 0 {
            let pane = growing.isEmpty ? chosen[0] : growing[turn % growing.count]
            heights[pane, default: 1] += 1
            rows -= 1
            turn += 1
        }
        var top = body.y
        var result: [PaneID: Rect] = [:]
        for pane in chosen {
            let bottom = min(body.maxY - 1, top + (heights[pane] ?? 1))
            result[pane] = frame(body.x, top, body.maxX - 1, bottom)
            top = bottom
        }
        return result
    }
}

extension DashboardState {
    var layout: DashboardLayout { DashboardLayout(size: size, zoomed: isZoomed, focus: focus, choice: panes) }
}
