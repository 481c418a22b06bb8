import Terminal
import Testing

@Suite("FramePacer")
struct FramePacerTests {
    @Test("the first picture may be drawn at once")
    func first() {
        #expect(FramePacer().delay(at: 5) == 0)
    }

    @Test("the next one waits for the rest of the frame")
    func rest() {
        var pacer = FramePacer(framesPerSecond: 10)
        pacer.drew(at: 5)
        #expect(abs(pacer.delay(at: 5.03) - 0.07) < 1e-9)
        #expect(pacer.delay(at: 5.2) == 0)
    }

    @Test("a clock that was set back holds nothing up")
    func backwards() {
        var pacer = FramePacer()
        pacer.drew(at: 5)
        #expect(pacer.delay(at: 1) == 0)
    }

    @Test("a rate below one counts as one")
    func slowest() {
        #expect(FramePacer(framesPerSecond: 0).interval == 1)
    }
}
