import NIOCore

/// One connection to a stub: reads requests, and does what the script answers, one request after another.
final class StubConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let script: StubScript
    private var received: [UInt8] = []
    private var isOpen = true

    init(script: StubScript) {
        self.script = script
    }

    func channelActive(context: ChannelHandlerContext) {
        script.connectionsChanged(by: 1)
    }

    func channelInactive(context: ChannelHandlerContext) {
        isOpen = false
        script.connectionsChanged(by: -1)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received.append(contentsOf: unwrapInboundIn(data).readableBytesView)
        // The first byte of a TLS handshake: answered as Go's server does.
        if received.first == 0x16 {
            let answer = StubAnswer.Action.send(Array("HTTP/1.0 400 Bad Request\r\n\r\n".utf8))
            return perform([answer, .close], context)
        }
        while let request = takeRequest() {
            perform(script.answer(request).actions[...], context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func takeRequest() -> StubRequest? {
        let mark: [UInt8] = [13, 10, 13, 10]
        guard let end = received.indices.first(where: { received[$0...].starts(with: mark) }) else { return nil }
        let lines = String(decoding: received[..<end], as: UTF8.self).split(separator: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
        }
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        let bodyStart = end + mark.count
        guard received.count >= bodyStart + length else { return nil }
        let body = String(decoding: received[bodyStart..<(bodyStart + length)], as: UTF8.self)
        received.removeFirst(bodyStart + length)
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count >= 2 else { return nil }
        return StubRequest(method: String(words[0]), target: String(words[1]), headers: headers, body: body)
    }

    private func perform(_ actions: ArraySlice<StubAnswer.Action>, _ context: ChannelHandlerContext) {
        guard isOpen, let action = actions.first else { return }
        let rest = actions.dropFirst()
        switch action {
        case .send(let bytes):
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
            perform(rest, context)
        case .repeated(let bytes, let count):
            send(bytes, count, then: rest, context)
        case .wait(let milliseconds):
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            context.eventLoop.scheduleTask(in: .milliseconds(Int64(milliseconds))) {
                let (connection, context) = bound.value
                connection.perform(rest, context)
            }
        case .close: context.close(promise: nil)
        }
    }

    // The next piece is written when the last one has left, so that a slow reader does not fill this process.
    private func send(
        _ bytes: [UInt8], _ count: Int, then rest: ArraySlice<StubAnswer.Action>, _ context: ChannelHandlerContext
    ) {
        guard isOpen, count > 0 else { return perform(rest, context) }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes))).whenSuccess {
            let (connection, context) = bound.value
            connection.send(bytes, count - 1, then: rest, context)
        }
    }
}
