import Hummingbird

/// What Hummingbird knows about a request, with the connection it came on.
struct ConnectionContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Names the connection.
    let connectionID: ObjectIdentifier
    /// Closes the connection at once, in the middle of an answer if need be.
    let closeConnection: @Sendable () -> Void
    /// Calls back when the connection is closed, by either side.
    let whenClosed: @Sendable (@escaping @Sendable () -> Void) -> Void

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        let channel = source.channel
        connectionID = ObjectIdentifier(channel as AnyObject)
        closeConnection = { channel.close(mode: .all, promise: nil) }
        whenClosed = { action in channel.closeFuture.whenComplete { _ in action() } }
        // A client that closes its side has gone away; the real server takes it so, too. Without this option the
        // connection would count as open until the next write.
        channel.setOption(.allowRemoteHalfClosure, value: false).whenComplete { _ in }
    }
}
