import Foundation
import Testing

@testable import ModelManagement

@Suite struct JSONLinesTests {
    private func lines(_ chunks: [String], limit: Int = 100) throws -> [String] {
        var cutter = JSONLines(limit: limit)
        var all: [Data] = []
        for chunk in chunks { all += try cutter.feed(Array(chunk.utf8)) }
        if let last = cutter.finish() { all.append(last) }
        return all.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test(arguments: [
        (["{\"a\":1}\n{\"b\":2}\n"], ["{\"a\":1}", "{\"b\":2}"]),
        (["{\"a\"", ":1}", "\n"], ["{\"a\":1}"]),
        (["{\"a\":1}\r\n\r\n  \n{\"b\":2}\r", "\n"], ["{\"a\":1}", "{\"b\":2}"]),
        (["{\"a\":1}"], ["{\"a\":1}"]),
        ([""], []),
    ])
    func cutsWhateverTheChunksAre(chunks: [String], expected: [String]) throws {
        #expect(try lines(chunks) == expected)
    }

    @Test func aCharacterMayBeCutInTwo() throws {
        var cutter = JSONLines()
        let bytes = Array("\"é\"\n".utf8)
        #expect(try cutter.feed(bytes[..<2]).isEmpty)
        #expect(
            try cutter.feed(bytes[2...]).map { String(decoding: $0, as: UTF8.self) } == ["\"é\""])
    }

    @Test func aLineThatIsTooLongIsRefusedBeforeItEnds() {
        #expect(throws: TransportFailure.tooLong(10)) { try lines(["0123456789", "0"], limit: 10) }
        #expect(throws: Never.self) { try lines(["0123456789\n0123456789\n"], limit: 10) }
    }
}

@Suite struct ServerSentEventsTests {
    private func events(_ chunks: [String]) throws -> [ServerSentEvents.Event] {
        var events = ServerSentEvents()
        var all: [ServerSentEvents.Event] = []
        for chunk in chunks { all += try events.feed(Array(chunk.utf8)) }
        if let last = events.finish() { all.append(last) }
        return all
    }

    @Test func joinsLinesOfOneEventAndDropsPings() throws {
        let all = try events([": ping\n\ndata: a\nda", "ta:b\n\nevent: done\r\ndata: {}\r\n\r\nid: 3\nretry: 5\n\n"])
        #expect(
            all == [
                ServerSentEvents.Event(name: nil, data: "a\nb"), ServerSentEvents.Event(name: "done", data: "{}"),
            ])
    }

    @Test func theirPlaceIsThatOfTheLastCompleteEvent() throws {
        var events = ServerSentEvents()
        _ = try events.feed(Array("id: 1\ndata:\n\ndata: a\n\nid: 2\nretry: 250\n\nid: 3\ndata: cut o".utf8))
        #expect(events.lastID == "2")
        #expect(events.retrySeconds == 0.25)
        #expect(events.finish()?.data == "cut o")
        #expect(events.lastID == "2")
        _ = try events.feed(Array("retry: soon\nid\n\n".utf8))
        #expect(events.lastID == "")
        #expect(events.retrySeconds == 0.25)
    }

    @Test func theLastEmptyLineMayBeMissing() throws {
        #expect(try events(["data: [DONE]"]) == [ServerSentEvents.Event(name: nil, data: "[DONE]")])
        #expect(try events(["data: x\n"]).map(\.data) == ["x"])
        #expect(try events([""]).isEmpty)
    }
}
