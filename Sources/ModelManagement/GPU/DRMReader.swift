import Foundation
import PromptChainCore

/// Reads the GPUs of AMD and Intel from the files that the Linux kernel keeps about them.
///
/// Sources: the kernel's documentation of amdgpu's `mem_info_*` and `gpu_busy_percent`, of the memory of Intel's
/// discrete GPUs in `lmem_*`, and of fdinfo's `drm-*` keys.
public struct DRMReader: GPUReader {
    /// What it reads through.
    public let source = "sysfs"
    private let root: String

    /// A reader.
    /// - Parameter root: the folder that holds `sys` and `proc`: a recorded tree in a test.
    public init(root: String = "/") {
        self.root = root.hasSuffix("/") ? root : root + "/"
    }

    /// The GPUs of AMD and Intel. Those of Nvidia have no such files.
    public func read() throws -> [GPUReading] {
        let folder = root + "sys/class/drm"
        let cards = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
            .compactMap { name -> (Int, String)? in
                // card0 is a GPU, card0-HDMI-A-1 one of its plugs.
                guard name.hasPrefix("card"), let number = Int(name.dropFirst(4)) else { return nil }
                return (number, folder + "/" + name)
            }
            .sorted { $0.0 < $1.0 }
        var memory: [String: [GPUProcess]]?
        var counts: [GPUReading.Vendor: Int] = [:]
        return cards.compactMap { card in
            let device = card.1 + "/device"
            guard var reading = amd(device) ?? intel(card.1), let vendor = reading.vendor else { return nil }
            reading.index = counts[vendor, default: 0]
            counts[vendor, default: 0] += 1
            reading.identifier = text(device + "/uevent").flatMap(Self.address)
            if memory == nil { memory = DRMProcesses(root: root).byDevice() }
            if let address = reading.identifier { reading.processes = memory?[address] }
            return reading
        }
    }

    private func amd(_ device: String) -> GPUReading? {
        guard let total = number(device + "/mem_info_vram_total") else { return nil }
        let used = number(device + "/mem_info_vram_used")
        let name = text(device + "/product_name") ?? "AMD GPU"
        let busy = number(device + "/gpu_busy_percent").flatMap { (0...100).contains($0) ? Int($0) : nil }
        // A processor with graphics inside sets a little memory apart and works in the computer's own (GTT).
        if let shared = number(device + "/mem_info_gtt_total"), total <= 4 << 30, shared > total {
            let sharedUsed = number(device + "/mem_info_gtt_used")
            return GPUReading(
                index: 0, name: name,
                usedBytes: used.flatMap { used in sharedUsed.map { ByteCount.sum([used, $0]) } },
                totalBytes: ByteCount.sum([total, shared]), utilizationPercent: busy, isUnified: true,
                vendor: .amd)
        }
        return GPUReading(
            index: 0, name: name, usedBytes: used, totalBytes: total, utilizationPercent: busy, vendor: .amd)
    }

    private func intel(_ card: String) -> GPUReading? {
        guard text(card + "/device/vendor") == "0x8086" else { return nil }
        guard let total = number(card + "/lmem_total_bytes") ?? number(card + "/device/lmem_total_bytes") else {
            return GPUReading(index: 0, name: "Intel GPU", isUnified: true, vendor: .intel)
        }
        let free = number(card + "/lmem_avail_bytes") ?? number(card + "/device/lmem_avail_bytes")
        return GPUReading(
            index: 0, name: "Intel GPU", usedBytes: free.map { max(0, total - $0) }, totalBytes: total, vendor: .intel)
    }

    private static func address(_ uevent: String) -> String? {
        for line in uevent.split(separator: "\n") where line.hasPrefix("PCI_SLOT_NAME=") {
            return String(line.dropFirst("PCI_SLOT_NAME=".count)).lowercased()
        }
        return nil
    }

    private func text(_ path: String) -> String? {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
        return trimmed.isEmpty ? nil : trimmed
    }

    private func number(_ path: String) -> Int64? { text(path).flatMap { Int64($0) }.flatMap { $0 < 0 ? nil : $0 } }
}

/// The memory that programs have on GPUs, from the files that the kernel keeps about what they have open.
struct DRMProcesses {
    let root: String

    /// The programs by the PCI address of the GPU. Those of other users are missing where their files cannot be read.
    func byDevice() -> [String: [GPUProcess]] {
        var found: [String: [GPUProcess]] = [:]
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root + "proc")) ?? []
        for process in names.compactMap({ Int32($0) }).sorted() {
            for (device, bytes) in memory(of: process) where bytes > 0 {
                found[device, default: []].append(GPUProcess(processID: process, usedBytes: bytes))
            }
        }
        return found
    }

    // A program may have a GPU open several times; those with the same client number are one.
    private func memory(of process: Int32) -> [String: Int64] {
        let folder = root + "proc/\(process)/fdinfo"
        var clients: [String: (device: String, bytes: Int64)] = [:]
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
            guard let text = try? String(contentsOfFile: folder + "/" + name, encoding: .utf8),
                text.contains("drm-pdev")
            else { continue }
            let values = Self.values(text)
            guard let device = values["drm-pdev"]?.lowercased(),
                let amount = values["drm-resident-vram"] ?? values["drm-memory-vram"] ?? values["drm-total-vram0"]
            else { continue }
            clients[device + "#" + (values["drm-client-id"] ?? name)] = (device, Self.bytes(amount))
        }
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
