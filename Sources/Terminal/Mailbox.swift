import Foundation

/// The only door into the event loop: any thread posts, the loop takes.
///
/// Messages keep their order and none is lost. A message with a coalescing key takes the place of an older unread one
/// with the same key. Posting never waits for the loop or the screen.
///
/// Sendable: everything that changes is guarded by `lock` (an `NSLock`, which ThreadSanitizer understands).
public final class Mailbox<Message: Sendable>: @unchecked Sendable {
    /// Takes a message into the one before it.
    /// - Returns: whether it did; they stay two otherwise.
    public typealias Join = @Sendable (_ newer: Message, _ older: inout Message) -> Bool

    private struct Letter {
        var message: Message
        var key: String?
        /// The messages joined into this one.
        var joined = 1
    }

    /// The most messages in one: the loop looks at the keyboard after so many.
    private static var joinLimit: Int { 64 }

    private let lock = NSLock()
    private let wake: @Sendable () -> Void
    private let join: Join?
    private var letters: [Letter] = []
    /// The index in `letters` of the first unread one.
    private var head = 0
    /// Where the unread message of a key stands in `letters`.
    private var places: [String: Int] = [:]
    private var hasWoken = false

    /// A mailbox.
    /// - Parameters:
    ///   - wake: calls the loop; called once for all messages that are posted before the loop takes them.
    ///   - join: merges neighbouring messages without keys (tokens of one step, say).
    public init(wake: @escaping @Sendable () -> Void = {}, join: Join? = nil) {
        self.wake = wake
        self.join = join
    }

    /// A mailbox that rings a waker.
    public convenience init(waker: Waker, join: Join? = nil) {
        self.init(wake: { waker.ring() }, join: join)
    }

    /// Puts a message in; never waits for the loop.
    /// - Parameters:
    ///   - message: what happened.
    ///   - coalescingKey: an older unread message with this key is replaced, in its place.
    public func post(_ message: Message, coalescingKey: String? = nil) {
        lock.lock()
        insert(message, key: coalescingKey)
        let first = !hasWoken
        hasWoken = true
        lock.unlock()
        if first { wake() }
    }

    /// Lets the next message wake the loop.
    /// - Returns: whether nothing is unread; the loop must not wait otherwise.
    public func listen() -> Bool {
        lock.lock()
        defer { lock.unlock() }
        hasWoken = head < letters.count
        return !hasWoken
    }

    /// Lets no message wake the loop until it takes what there is then.
    public func hold() {
        lock.lock()
        defer { lock.unlock() }
        hasWoken = true
    }

    /// Takes the oldest messages, at most `limit` of them. Quiet the waker before, not after.
    public func take(limit: Int = .max) -> [Message] {
        lock.lock()
        defer { lock.unlock() }
        guard head < letters.count else {
            hasWoken = false
            return []
        }
        let end = head + min(max(0, limit), letters.count - head)
        let taken = letters[head..<end]
        for letter in taken {
            if let key = letter.key { places[key] = nil }
        }
        // Not by a key path: in generic code it is made anew each time.
        let messages = taken.map { $0.message }
        head = end
        compact()
        hasWoken = head < letters.count
        return messages
    }

    /// Whether nothing is unread.
    public var isEmpty: Bool {
        lock.lock()
        defer { lock.unlock() }
        return head == letters.count
    }

    /// The unread messages.
    public var count: Int {
        lock.lock()
        defer { lock.unlock() }
        return letters.count - head
    }

    private func insert(_ message: Message, key: String?) {
        if let key {
            if let place = places[key] {
                letters[place].message = message
                return
            }
            places[key] = letters.count
        } else if let join, head < letters.count {
            // In its place: to take it out would copy all that was joined before.
            let last = letters.count - 1
            if letters[last].key == nil, letters[last].joined < Self.joinLimit, join(message, &letters[last].message) {
                letters[last].joined += 1
                return
            }
        }
        letters.append(Letter(message: message, key: key))
    }

    /// Gives the room of read messages back, now and then: moving the rest costs as much as there is.
    private func compact() {
        if head == letters.count {
            letters.removeAll(keepingCapacity: letters.capacity <= 1024)
        } else if head > 1024, head > letters.count / 2 {
            letters.removeFirst(head)
            for (key, place) in places { places[key] = place - head }
        } else {
            return
        }
        head = 0
    }
}
