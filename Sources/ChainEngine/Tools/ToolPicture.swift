import Foundation
import PromptChainCore

/// A picture in what a tool gave.
public struct ToolPicture: Equatable, Sendable {
    /// The kind that the server calls it: `image/png`.
    public var kind: String
    /// The file, as the base64 text that came.
    public var text: String

    /// A picture.
    public init(kind: String, text: String) {
        self.kind = kind
        self.text = text
    }

    /// The largest picture that a model is shown, in bytes.
    static let byteLimit = 8 << 20

    /// How large the file is, in bytes, as far as its text tells.
    var byteCount: Int { text.utf8.count / 4 * 3 - text.suffix(2).count { $0 == "=" } }

    /// The file as clean base64 text, for a model to see.
    /// - Throws: `Flaw`, since a picture that a server cannot read would cost the whole answer.
    func readable() throws(Flaw) -> String {
        guard byteCount <= Self.byteLimit else { throw .tooLarge }
        guard let data = Data(base64Encoded: text, options: .ignoreUnknownCharacters), !data.isEmpty else {
            throw .broken
        }
        guard Self.beginnings.contains(where: { data.starts(with: $0) }) else { throw .unknownKind(kind) }
        return data.base64EncodedString()
    }

    /// How files of the kinds begin that every server with pictures reads: PNG, JPEG, WebP.
    private static let beginnings: [[UInt8]] = [[0x89, 0x50, 0x4E, 0x47], [0xFF, 0xD8, 0xFF], Array("RIFF".utf8)]

    /// Why no model can see a picture.
    enum Flaw: Error, Hashable {
        case tooLarge
        case broken
        case unknownKind(String)
    }
}

extension ToolPicture.Flaw: CustomStringConvertible {
    var description: String {
        switch self {
        case .tooLarge: "larger than \(ToolPicture.byteLimit >> 20) MiB"
        case .broken: "its data cannot be read"
        case .unknownKind(let kind): "\(kind) is not PNG, JPEG or WebP"
        }
    }
}

extension ToolPicture {
    /// The picture in a part of a tool's result: an `image`, or a `resource` that is one.
    init?(_ block: JSONValue) {
        let part: JSONValue?
        let text: String?
        switch block["type"]?.stringValue {
        case "image":
            part = block
            text = block["data"]?.stringValue
        case "resource":
            part = block["resource"]
            guard part?["mimeType"]?.stringValue?.hasPrefix("image/") == true else { return nil }
            text = part?["blob"]?.stringValue
        default: return nil
        }
        guard let text else { return nil }
        self.init(kind: part?["mimeType"]?.stringValue ?? "unknown kind", text: text)
    }

    /// How the picture is named in the text beside it.
    var name: String { "[image, \(kind), \(byteCount) bytes]" }
}
