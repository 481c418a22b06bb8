import Foundation

/// Writes one JSON object a line for every change of what is in memory, at once.
final class ResidencyTrace {
    private let file: FileHandle

    /// Creates or empties the file.
    /// - Throws: ``SimulatorError`` when the file cannot be written.
    init(path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let file = FileHandle(forWritingAtPath: path)
        else {
            throw SimulatorError(
                "the trace file \(path) cannot be written", hint: "its folder must exist and be writable")
        }
        self.file = file
    }

    /// Writes one change. A full disk loses lines, and nothing else.
    func write(_ event: ResidencyEvent, date: Date) {
        let resident = event.resident.map {
            JSONValue.members(["model": .string($0.model), "vram_bytes": .integer($0.vramBytes)])
        }
        let line = JSONValue.members([
            "time": .string(SimulationClock.text(of: date)),
            "seconds": .number((event.seconds * 1e6).rounded() / 1e6),
            "event": .string(event.kind.rawValue),
            "model": .string(event.model),
            "vram_bytes": .integer(event.vramBytes),
            "size_bytes": .integer(event.sizeBytes),
            "context_length": .integer(Int64(event.context)),
            "resident": .array(resident),
            "used_vram_bytes": .integer(event.usedBytes),
        ])
        try? file.write(contentsOf: Data((line.serialized + "\n").utf8))
    }
}
