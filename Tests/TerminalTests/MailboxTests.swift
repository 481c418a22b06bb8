import Foundation
import Synchronization
import Terminal
import Testing

@Suite("Mailbox")
struct MailboxTests {
    @Test("messages keep their order")
    func order() {
        let mailbox = Mailbox<Int>()
        for value in 0..<5000 { mailbox.post(value) }
        #expect(mailbox.count == 5000)
        #expect(mailbox.take(limit: 2) == [0, 1])
        #expect(mailbox.take() == Array(2..<5000))
        #expect(mailbox.isEmpty && mailbox.take().isEmpty)
    }

    @Test("a newer message with the same key takes the place of the older unread one")
    func coalescing() {
        let mailbox = Mailbox<String>()
        mailbox.post("a1", coalescingKey: "a")
        mailbox.post("x")
        mailbox.post("b1", coalescingKey: "b")
        mailbox.post("a2", coalescingKey: "a")
        #expect(mailbox.take() == ["a2", "x", "b1"])
        mailbox.post("a3", coalescingKey: "a")
        #expect(mailbox.take() == ["a3"])
    }

    @Test("keys find their place also after many messages were taken in part")
    func coalescingAfterPartialTakes() {
        let mailbox = Mailbox<Int>()
        for value in 0..<3000 { mailbox.post(value, coalescingKey: "\(value)") }
        #expect(mailbox.take(limit: 2000) == Array(0..<2000))
        mailbox.post(-2500, coalescingKey: "2500")
        mailbox.post(-1, coalescingKey: "1")
        #expect(mailbox.take() == Array(2000..<2500) + [-2500] + Array(2501..<3000) + [-1])
    }

    @Test("neighbours are joined, but not over a message between them, nor with a keyed one")
    func joining() {
        let mailbox = Mailbox<String>(join: { newer, older in
            guard newer.hasPrefix("t"), older.hasPrefix("t") else { return false }
            older += newer
            return true
        })
        for message in ["t1", "t2", "x", "t3"] { mailbox.post(message) }
        mailbox.post("t4", coalescingKey: "k")
        mailbox.post("t5")
        #expect(mailbox.take() == ["t1t2", "x", "t3", "t4", "t5"])
        mailbox.post("t6")
        #expect(mailbox.take() == ["t6"])
    }

    @Test("joining loses nothing and is bounded")
    func joiningIsBounded() {
        let mailbox = Mailbox<[Int]>(join: { newer, older in
            older += newer
            return true
        })
        for value in 0..<1000 { mailbox.post([value]) }
        let taken = mailbox.take()
        #expect(taken.flatMap { $0 } == Array(0..<1000))
        #expect(taken.allSatisfy { $0.count <= 64 } && taken.count < 20)
    }

    @Test("the loop is woken once for all messages before it takes them")
    func waking() {
        let rings = Atomic(0)
        let count = { rings.load(ordering: .sequentiallyConsistent) }
        let mailbox = Mailbox<Int>(wake: { rings.add(1, ordering: .sequentiallyConsistent) })
        mailbox.post(1)
        mailbox.post(2)
        #expect(count() == 1)
        // What is left over needs no ring: whoever took a part knows.
        _ = mailbox.take(limit: 1)
        mailbox.post(3)
        #expect(count() == 1)
        _ = mailbox.take()
        mailbox.post(4)
        #expect(count() == 2)
    }

    @Test("a waker rings until it is quieted")
    func waker() throws {
        let waker = try Waker()
        #expect(!waker.isRinging)
        let mailbox = Mailbox<Int>(waker: waker)
        mailbox.post(1)
        waker.ring()
        #expect(waker.isRinging)
        waker.quiet()
        #expect(!waker.isRinging)
    }

    @Test("many threads post, nothing is lost, and each thread's order is kept")
    func threads() async {
        let senders = 8
        let each = 2000
        let mailbox = Mailbox<(sender: Int, value: Int)>()
        for sender in 0..<senders {
            Thread.detachNewThread {
                for value in 0..<each { mailbox.post((sender, value)) }
            }
        }
        var next = Array(repeating: 0, count: senders)
        while next != Array(repeating: each, count: senders) {
            for message in mailbox.take(limit: 64) {
                #expect(message.value == next[message.sender])
                next[message.sender] = message.value + 1
            }
            await Task.yield()
        }
        #expect(mailbox.isEmpty)
    }
}
