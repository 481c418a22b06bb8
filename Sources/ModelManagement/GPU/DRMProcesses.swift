import Foundation
import PromptChainCore
import Synchronization

/// The memory that programs have on GPUs, from the files that the kernel keeps about what they have open.
///
/// To look through the files of all programs takes long where there are many, so that is done once in a few readings; in
/// between only those are looked at that had a GPU open.
final class DRMProcesses: Sendable {
    private struct State {
        /// When those programs began that had a GPU open: another one may have the number by now.
        var users: [Int32: String] = [:]
        /// How many readings there are until all programs are looked at again.
        var left = 0
    }

    /// How many readings a look at all programs serves, itself included.
    static let period = 5

    private let root: String
    private let table: ProcessTable
    private let list: @Sendable (String) -> [String]
    private let state = Mutex(State())

    /// A view of a tree.
    /// - Parameters:
    ///   - root: the folder that holds `proc`, with a slash at its end.
    ///   - list: lists a folder.
    init(
        root: String,
        list: @escaping @Sendable (String) -> [String] = {
            (try? FileManager.default.contentsOfDirectory(atPath: $0)) ?? []
        }
    ) {
        self.root = root
        self.list = list
        table = ProcessTable(root: root + "proc")
    }

    /// The programs by the PCI address of the GPU. Those of other users are missing where their files cannot be read; one
    /// that has just begun may be missing for a few readings.
    func byDevice() -> [String: [GPUProcess]] {
        state.withLock { state in
            var processes: [Int32]
            if state.left <= 0 {
                processes = list(root + "proc").compactMap { Int32($0) }
                state.left = Self.period - 1
                state.users = [:]
            } else {
                state.left -= 1
                state.users = state.users.filter { start(of: $0.key) == $0.value }
                processes = Array(state.users.keys)
            }
            processes.sort()
            var found: [String: [GPUProcess]] = [:]
            for process in processes {
                guard let memory = memory(of: process) else { continue }
                state.users[process] = start(of: process)
                for (device, bytes) in memory where bytes > 0 {
                    found[device, default: []].append(GPUProcess(processID: process, usedBytes: bytes))
                }
            }
            return found
        }
    }

    private func start(of process: Int32) -> String { table.start(of: process) ?? "" }

    /// The memory of a program on each GPU; `nil` when it has none open. It may have a GPU open several times; those with
    /// the same client number are one.
    private func memory(of process: Int32) -> [String: Int64]? {
        let folder = root + "proc/\(process)/fdinfo"
        var clients: [String: (device: String, bytes: Int64)] = [:]
        var hasOpen = false
        for name in list(folder) {
            guard let text = try? String(contentsOfFile: folder + "/" + name, encoding: .utf8),
                text.contains("drm-pdev")
            else { continue }
            hasOpen = true
            let values = Self.values(text)
            guard let device = values["drm-pdev"]?.lowercased(),
                let amount = values["drm-resident-vram"] ?? values["drm-memory-vram"] ?? values["drm-total-vram0"]
            else { continue }
            clients[device + "#" + (values["drm-client-id"] ?? name)] = (device, Self.bytes(amount))
        }
        guard hasOpen else { return nil }
        return clients.values.reduce(into: [:]) { sums, client in
            sums[client.device] = ByteCount.sum([sums[client.device] ?? 0, client.bytes])
        }
    }

    private static func values(_ text: String) -> [String: String] {
        var values: [String: String] = [:]
        for line in text.split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            values[String(line[..<colon])] = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        }
        return values
    }

    // “123 KiB”; without a unit it is bytes.
    private static func bytes(_ text: String) -> Int64 {
        let words = text.split(separator: " ")
        guard let number = words.first.flatMap({ Int64($0) }), number > 0 else { return 0 }
        let unit: Int64 =
            switch words.dropFirst().first {
            case "KiB": 1 << 10
            case "MiB": 1 << 20
            case "GiB": 1 << 30
            default: 1
            }
        let (bytes, overflows) = number.multipliedReportingOverflow(by: unit)
        return overflows ? .max : bytes
    }
}
