import Hummingbird

/// An answer before it is HTTP.
enum Reply: Sendable {
    /// Writes the chunks of a stream; to throw breaks the connection without the terminating chunk.
    typealias Producer = @Sendable (_ write: @escaping (String) async throws -> Void) async throws -> Void

    /// A whole body.
    case body(status: Int, contentType: String?, text: String, headers: [String: String] = [:])
    /// A stream of chunks.
    case stream(contentType: String, producer: Producer)

    /// The type of nearly every JSON answer.
    static let jsonType = "application/json; charset=utf-8"
    /// The type of a stream of JSON lines.
    static let linesType = "application/x-ndjson"

    /// A JSON answer.
    static func json(_ value: JSONValue, status: Int = 200, contentType: String = jsonType) -> Reply {
        .body(status: status, contentType: contentType, text: value.serialized)
    }

    /// An answer without a body.
    static func empty(status: Int = 200, headers: [String: String] = [:]) -> Reply {
        .body(status: status, contentType: nil, text: "", headers: headers)
    }

    /// The HTTP response; for `HEAD` the headers of one.
    func response(isHead: Bool, extraHeaders: [String: String]) -> Response {
        switch self {
        case .body(let status, let contentType, let text, let own):
            var headers = Self.fields(own.merging(extraHeaders) { mine, _ in mine })
            headers[.contentType] = contentType
            headers[.contentLength] = String(text.utf8.count)
            let body = isHead || text.isEmpty ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(string: text))
            return Response(status: .init(code: status), headers: headers, body: body)
        case .stream(let contentType, let producer):
            var headers = Self.fields(extraHeaders)
            headers[.contentType] = contentType
            return Response(
                status: .ok, headers: headers,
                body: ResponseBody { writer in
                    let sink = StreamSink(writer)
                    try await producer { try await sink.write($0) }
                    try await sink.finish()
                })
        }
    }

    private static func fields(_ headers: [String: String]) -> HTTPFields {
        var fields = HTTPFields()
        for (name, value) in headers {
            if let name = HTTPFields.Element.Name(name) { fields[name] = value }
        }
        return fields
    }
}

/// Holds the writer of a body, so that a producer can write through a closure.
private final class StreamSink {
    private var writer: any ResponseBodyWriter

    init(_ writer: any ResponseBodyWriter) { self.writer = writer }

    func write(_ text: String) async throws { try await writer.write(ByteBuffer(string: text)) }

    func finish() async throws { try await writer.finish(nil) }
}
