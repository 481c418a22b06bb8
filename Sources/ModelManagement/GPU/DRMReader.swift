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
    private let programs: DRMProcesses

    /// A reader.
    /// - Parameter root: the folder that holds `sys` and `proc`: a recorded tree in a test.
    public init(root: String = "/") {
        let root = root.hasSuffix("/") ? root : root + "/"
        self.init(root: root, programs: DRMProcesses(root: root))
    }

    init(root: String, programs: DRMProcesses) {
        self.root = root
        self.programs = programs
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
            if memory == nil { memory = programs.byDevice() }
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
