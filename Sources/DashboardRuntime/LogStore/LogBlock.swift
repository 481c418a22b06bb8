import Dashboard
import Foundation
import PromptChainCore

/// Lines of the log as they stand together in the file: their messages, a line break behind each, so that a search goes
/// through nothing else; then what is known of each, in a fixed number of bytes.
struct LogBlock {
    /// The bytes that are kept of a line beside its message: time, component, level.
    static let factBytes = 16

    /// Where it begins in the file.
    var offset: Int
    /// The bytes of the messages, with their line breaks.
    var textBytes: Int
    /// The numbers of its lines.
    var numbers: Range<Int>
    /// The times of its lines, from the earliest to the latest, in seconds since 1970.
    var times: ClosedRange<Double>
    /// The level of its gravest line.
    var gravest: LogLine.Level

    var byteCount: Int { textBytes + numbers.count * Self.factBytes }
    /// Where it lies in the file.
    var extent: Range<Int> { offset..<offset + byteCount }

    /// A block as bytes. Numbers must follow each other.
    /// - Parameter component: gives a component a number.
    static func encode(
        _ entries: [LogEntry], at offset: Int, component: (String) -> UInt32
    ) -> (block: LogBlock, bytes: [UInt8])? {
        guard let first = entries.first, let last = entries.last else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(entries.reduce(0) { $0 + $1.line.message.utf8.count + 1 + factBytes })
        for entry in entries {
            bytes.append(contentsOf: entry.line.message.utf8)
            bytes.append(0x0A)
        }
        let textBytes = bytes.count
        var (earliest, latest) = (Double.infinity, -Double.infinity)
        for entry in entries {
            let time = entry.line.time.timeIntervalSince1970
            (earliest, latest) = (min(earliest, time), max(latest, time))
            let level = LogLine.Level.allCases.firstIndex(of: entry.line.level) ?? 0
            withUnsafeBytes(of: time.bitPattern) { bytes.append(contentsOf: $0) }
            withUnsafeBytes(of: component(entry.line.component)) { bytes.append(contentsOf: $0) }
            withUnsafeBytes(of: UInt32(level)) { bytes.append(contentsOf: $0) }
        }
        let gravest = entries.map(\.line.level).max() ?? .trace
        let block = LogBlock(
            offset: offset, textBytes: textBytes, numbers: first.number..<last.number + 1, times: earliest...latest,
            gravest: gravest)
        return (block, bytes)
    }

    /// The lines of a block.
    func decode(_ bytes: UnsafeRawBufferPointer, components: [String]) -> [LogEntry] {
        var entries: [LogEntry] = []
        entries.reserveCapacity(numbers.count)
        var start = 0
        var fact = textBytes
        for number in numbers {
            let end = bytes[start..<textBytes].firstIndex(of: 0x0A) ?? textBytes
            let time = bytes.loadUnaligned(fromByteOffset: fact, as: UInt64.self)
            let component = Int(bytes.loadUnaligned(fromByteOffset: fact + 8, as: UInt32.self))
            let level = Int(bytes.loadUnaligned(fromByteOffset: fact + 12, as: UInt32.self))
            let line = LogLine(
                time: Date(timeIntervalSince1970: Double(bitPattern: time)),
                level: LogLine.Level.allCases.indices.contains(level) ? LogLine.Level.allCases[level] : .info,
                component: components.indices.contains(component) ? components[component] : "",
                message: String(decoding: bytes[start..<end], as: UTF8.self))
            entries.append(LogEntry(number: number, line: line))
            start = end + 1
            fact += Self.factBytes
        }
        return entries
    }
}
