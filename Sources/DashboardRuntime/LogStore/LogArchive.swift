import Dashboard
import Foundation
import PromptChainCore

/// The file of the log's older lines. It has no name: it is gone with this process, however that ends, and nobody else
/// can open it. When it is full, the newest lines take the place of the oldest ones.
struct LogArchive: ~Copyable, Sendable {
    /// Components that are told apart; the rest has no name.
    private static let componentLimit = 4096

    private let file: Int32
    private let limit: Int
    private var head = 0
    /// What it holds, in the order of the lines.
    private(set) var blocks: [LogBlock] = []
    private var components: [String] = []
    private var componentNumbers: [String: UInt32] = [:]
    private var buffer: [UInt8] = []
    /// How many lines of a block hold what is searched for, by the number of its first line.
    private var counts: [Int: Int] = [:]
    private var countedFor: LogSearch?

    /// An empty archive.
    /// - Parameters:
    ///   - file: an empty file, open for reading and writing; closed with the archive.
    ///   - limit: the bytes that it takes at most.
    init(file: Int32, limit: Int) {
        self.file = file
        self.limit = limit
    }

    /// Makes the file.
    /// - Parameter folder: where its room is taken; made when it is not there.
    /// - Throws: `SystemError`.
    static func file(in folder: String) throws -> Int32 {
        try? FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let made = try PrivateFile.make(beside: folder + "/log")
        unlink(made.path)
        return made.file
    }

    deinit { close(file) }

    /// The numbers of the lines that it holds.
    var numbers: Range<Int> {
        guard let first = blocks.first, let last = blocks.last else { return 0..<0 }
        return first.numbers.lowerBound..<last.numbers.upperBound
    }

    /// Takes lines, newer than all that it holds.
    /// - Throws: `SystemError`; nothing should be asked of it any more.
    mutating func store(_ entries: [LogEntry]) throws {
        var encoded = encode(entries)
        guard let size = encoded?.bytes.count, size <= limit else { return }
        if head + size > limit {
            blocks.removeAll { $0.offset >= head }
            head = 0
            encoded = encode(entries)
        }
        guard let (block, bytes) = encoded else { return }
        let gone = blocks.prefix { $0.extent.overlaps(block.extent) }.count
        for block in blocks[..<gone] { counts[block.numbers.lowerBound] = nil }
        blocks.removeFirst(gone)
        try write(bytes, at: head)
        blocks.append(block)
        head += size
    }

    private mutating func encode(_ entries: [LogEntry]) -> (block: LogBlock, bytes: [UInt8])? {
        var (components, numbers) = (components, componentNumbers)
        defer { (self.components, componentNumbers) = (components, numbers) }
        return LogBlock.encode(entries, at: head) { name in
            if let number = numbers[name] { return number }
            guard components.count < Self.componentLimit else { return UInt32.max }
            let number = UInt32(components.count)
            components.append(name)
            numbers[name] = number
            return number
        }
    }

    private func write(_ bytes: [UInt8], at offset: Int) throws {
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes {
                pwrite(file, $0.baseAddress, $0.count, off_t(offset + written))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw SystemError(code: count < 0 ? errno : ENOSPC) }
            written += count
        }
    }

    /// Hands out the first bytes of a block.
    private mutating func read<Result>(
        _ block: LogBlock, count: Int, _ body: (UnsafeMutableBufferPointer<UInt8>) -> Result
    ) throws -> Result {
        if buffer.count < count { buffer = [UInt8](repeating: 0, count: max(count, 2 * buffer.count)) }
        let file = file
        return try buffer.withUnsafeMutableBufferPointer { buffer in
            var done = 0
            while done < count {
                let read =
                    buffer.baseAddress.map { pread(file, $0 + done, count - done, off_t(block.offset + done)) } ?? 0
                if read < 0, errno == EINTR { continue }
                guard read > 0 else { throw SystemError(code: read < 0 ? errno : EIO) }
                done += read
            }
            return body(UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
        }
    }

    /// Whether a filter may show a line of a block; much cheaper than to look at each.
    mutating func mayShow(_ block: LogBlock, _ filter: LogFilter) throws -> Bool {
        guard block.gravest >= filter.leastOfAll else { return false }
        let wanted = filter.lines.wanted
        guard !wanted.isEmpty, !components.contains(where: wanted.isFound) else { return true }
        return try read(block, count: block.textBytes) { bytes in
            wanted.makeComparable(bytes)
            return wanted.offset(in: UnsafeRawBufferPointer(bytes), from: 0) != nil
        }
    }

    /// The lines of a block.
    mutating func entries(of block: LogBlock) throws -> [LogEntry] {
        let components = components
        return try read(block, count: block.byteCount) {
            block.decode(UnsafeRawBufferPointer($0), components: components)
        }
    }
}

// Searching.
extension LogArchive {
    /// Searches all that it holds. What was counted for a search is known to the next one of the same text.
    /// - Parameter isOutdated: asked now and then whether anybody waits for the outcome.
    /// - Returns: `nil` when nobody does.
    /// - Throws: `SystemError`.
    mutating func search(_ search: LogSearch, isOutdated: () -> Bool = { false }) throws -> LogFinding? {
        let pattern = TextPattern(search.text)
        if countedFor?.text != search.text || countedFor?.filter != search.filter { counts = [:] }
        countedFor = search
        for block in blocks where counts[block.numbers.lowerBound] == nil {
            if isOutdated() { return nil }
            counts[block.numbers.lowerBound] = try hits(of: pattern, in: block, search.filter, wantsNumbers: false)
                .count
        }
        var finding = LogFinding()
        // How many hits are before each block.
        var before: [Int] = []
        for block in blocks {
            before.append(finding.count)
            finding.count += counts[block.numbers.lowerBound] ?? 0
        }
        guard finding.count > 0 else { return finding }
        let holding = blocks.indices.filter { counts[blocks[$0].numbers.lowerBound] ?? 0 > 0 }
        func hit(_ index: Int, _ choose: ([Int]) -> Int?, in archive: inout LogArchive) throws -> LogFinding.Hit? {
            let hits = try archive.hits(of: pattern, in: archive.blocks[index], search.filter, wantsNumbers: true)
                .numbers
            return choose(hits).map { .init(number: hits[$0], place: before[index] + $0 + 1) }
        }
        if let index = holding.first { finding.first = try hit(index, { $0.indices.first }, in: &self) }
        if let index = holding.last { finding.last = try hit(index, { $0.indices.last }, in: &self) }
        for index in holding where blocks[index].numbers.upperBound > search.from {
            finding.next = try hit(index, { hits in hits.firstIndex { $0 > search.from } }, in: &self)
            if finding.next != nil { break }
        }
        for index in holding.reversed() where blocks[index].numbers.lowerBound < search.from {
            finding.previous = try hit(index, { hits in hits.lastIndex { $0 < search.from } }, in: &self)
            if finding.previous != nil { break }
        }
        return finding
    }

    /// The lines of a block that hold a pattern; their numbers cost more than their count.
    private mutating func hits(
        of pattern: TextPattern, in block: LogBlock, _ filter: LogFilter, wantsNumbers: Bool
    ) throws -> (count: Int, numbers: [Int]) {
        let needsNumbers = wantsNumbers || !filter.isOpen
        var found = try read(block, count: block.textBytes) { bytes in
            pattern.makeComparable(bytes)
            return Self.hits(
                of: pattern, in: UnsafeRawBufferPointer(bytes), first: needsNumbers ? block.numbers.lowerBound : nil)
        }
        guard !filter.isOpen, found.count > 0 else { return found }
        let entries = try entries(of: block)
        found.numbers.removeAll { !filter.shows(entries[$0 - block.numbers.lowerBound].line) }
        return (found.numbers.count, found.numbers)
    }

    private static func hits(
        of pattern: TextPattern, in bytes: UnsafeRawBufferPointer, first: Int?
    ) -> (count: Int, numbers: [Int]) {
        var (count, numbers, position, counted) = (0, [Int](), 0, 0)
        var number = first ?? 0
        while let offset = pattern.offset(in: bytes, from: position) {
            count += 1
            if first != nil {
                number += lineBreaks(in: UnsafeRawBufferPointer(rebasing: bytes[counted..<offset]))
                counted = offset
                numbers.append(number)
            }
            guard let base = bytes.baseAddress, let end = memchr(base + offset, 0x0A, bytes.count - offset) else {
                break
            }
            position = UnsafeRawPointer(end) - base + 1
        }
        return (count, numbers)
    }

    private static func lineBreaks(in bytes: UnsafeRawBufferPointer) -> Int {
        var count = 0
        for byte in bytes { count &+= byte == 0x0A ? 1 : 0 }
        return count
    }
}
