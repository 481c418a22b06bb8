import Foundation
import NIOCore
import PromptChainCore

/// One watcher of a run, on the run's side: sends events as fast as they are read, and never more than that.
final class WatcherHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Tells a watcher that there is more to send.
    struct Nudge: Sendable {}

    /// Events that are written between two looks at whether the watcher still reads.
    private static let batch = 64
    /// A request longer than this is none.
    private static let longestRequest = 64 * 1024

    private let station: RunStation
    private var request = Data()
    /// The number of the last event that was sent; `nil` until the watcher says where it stands.
    private var position: Int?
    private var isEnding = false

    init(station: RunStation) {
        self.station = station
    }

    func channelActive(context: ChannelHandlerContext) {
        let processID = ProcessInfo.processInfo.processIdentifier
        write([RunSocketLine.hello(station.hello(processID: processID))], context)
        context.flush()
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        request.append(contentsOf: unwrapInboundIn(data).readableBytesView)
        while let end = request.firstIndex(of: 0x0A) {
            let line = Data(request[request.startIndex..<end])
            request = Data(request[request.index(after: end)...])
            perform(RunSocketLine.request(line), context)
        }
        if request.count > Self.longestRequest { context.close(promise: nil) }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        send(context)
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is Nudge { send(context) } else { context.fireUserInboundEventTriggered(event) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func perform(_ request: RunSocketLine.Request?, _ context: ChannelHandlerContext) {
        switch request {
        case .after(let number):
            position = number
            send(context)
        case .stop: station.askToStop()
        case .unknown(let reason):
            write([RunSocketLine.refused(reason)], context)
            context.flush()
        case nil: break
        }
    }

    private func send(_ context: ChannelHandlerContext) {
        guard !isEnding else { return }
        while context.channel.isWritable, let number = position {
            let parcel = station.parcel(after: number, limit: Self.batch)
            var lines: [String] = []
            if let lagged = parcel.lagged {
                lines.append(RunSocketLine.lagged(from: lagged.lowerBound, through: lagged.upperBound))
                position = lagged.upperBound
            }
            lines += parcel.records.map { $0.jsonLine() }
            if let last = parcel.records.last { position = last.sequence }
            write(lines, context)
            context.flush()
            if parcel.isLast { return end(context) }
            if parcel.records.count < Self.batch { break }
        }
        if position == nil, station.parcel(after: .max - 1, limit: 1).isLast { end(context) }
    }

    private func end(_ context: ChannelHandlerContext) {
        isEnding = true
        // Behind what was written before, whenever the watcher takes that.
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(capacity: 0))).whenComplete { _ in
            channel.close(promise: nil)
        }
    }

    private func write(_ lines: [String], _ context: ChannelHandlerContext) {
        guard !lines.isEmpty else { return }
        var buffer = context.channel.allocator.buffer(capacity: lines.reduce(0) { $0 + $1.utf8.count + 1 })
        for line in lines {
            buffer.writeString(line)
            buffer.writeInteger(0x0A as UInt8)
        }
        context.write(wrapOutboundOut(buffer), promise: nil)
    }
}
