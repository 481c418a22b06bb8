import CellScreen
import DashboardTestSupport
import Foundation
import PromptChainCore
import Testing

@testable import Dashboard

@Suite("Every size draws") struct AnySizeTests {
    @Test("Every state draws in every size from 0x0 to 30x12", arguments: Scenario.all)
    func small(scenario: Scenario) {
        var journey = JourneyDriver()
        scenario.play(&journey)
        for width in 0...30 {
            for height in 0...12 {
                journey.input(.resize(Size(width: width, height: height)))
                let picture = journey.picture
                #expect(picture.size == Size(width: width, height: height))
            }
        }
    }

    @Test("Random keys and sizes never trap, and every line fits", arguments: 0..<12)
    func random(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed + 77))
        var journey = JourneyDriver(
            servers: seed % 2 == 0 ? [.gpuBox] : [.gpuBox, .mac], isReadOnly: seed % 7 == 6, isASCII: seed % 5 == 4)
        let strokes = KeyMap.bindings.flatMap(\.strokes) + "abc /é日".map { KeyStroke($0) }
        for step in 0..<150 {
            if let stroke = strokes.randomElement(using: &random), stroke != KeyStroke("q") {
                journey.input(.key(stroke))
            }
            if step % 9 == 0, let scenario = Scenario.all.randomElement(using: &random) { scenario.play(&journey) }
            if step % 11 == 0 { journey.input(.paste("pasted\ntext \u{1B}[2J with 日本語\n")) }
            if step % 13 == 0 {
                journey.input(
                    .mouse(MouseEvent(kind: .press, point: Point(x: step % 90, y: step % 30))))
            }
            let size = Size(
                width: Int.random(in: 0...170, using: &random), height: Int.random(in: 0...50, using: &random))
            journey.input(.resize(size))
            journey.wait(0.3)
            for line in journey.lines { #expect(DisplayWidth.columns(of: line) <= size.width) }
        }
    }

    @Test("A buffer of another size than the state knows of draws too")
    func mismatch() {
        var journey = JourneyDriver()
        journey.poll([.llama])
        journey.runToSecondAnswer()
        for size in [Size(width: 0, height: 0), Size(width: 200, height: 50), Size(width: 33, height: 9)] {
            var buffer = CellBuffer(size: size)
            DashboardProgram().draw(journey.state, into: &buffer)
            #expect(buffer.size == size)
        }
    }
}
