import Foundation
import PromptChainCore
import Synchronization
import Testing

@testable import ModelManagement

@Suite struct DRMReaderTests {
    @Test func amdCardsAndTheirPrograms() throws {
        let tree = try FileTree([
            "sys/class/drm/card1/device/mem_info_vram_total": "25753026560\n",
            "sys/class/drm/card1/device/mem_info_vram_used": "9000000000\n",
            "sys/class/drm/card1/device/mem_info_gtt_total": "33000000000\n",
            "sys/class/drm/card1/device/gpu_busy_percent": "42\n",
            "sys/class/drm/card1/device/product_name": "Radeon RX 7900 XTX\n",
            "sys/class/drm/card1/device/uevent": "DRIVER=amdgpu\nPCI_SLOT_NAME=0000:03:00.0\n",
            "sys/class/drm/card1-HDMI-A-1/status": "connected\n",
            "sys/class/drm/version": "drm 1.1.0\n",
            // One client that is open twice, a second one, and a GPU of somebody else's.
            "proc/812/fdinfo/7":
                "pos:\t0\ndrm-driver:\tamdgpu\ndrm-pdev:\t0000:03:00.0\ndrm-client-id:\t9\ndrm-memory-vram:\t2048 KiB\n",
            "proc/812/fdinfo/8":
                "drm-pdev:\t0000:03:00.0\ndrm-client-id:\t9\ndrm-memory-vram:\t2048 KiB\n",
            "proc/812/fdinfo/9":
                "drm-pdev:\t0000:03:00.0\ndrm-client-id:\t10\ndrm-resident-vram:\t1 MiB\n",
            "proc/900/fdinfo/3": "drm-pdev:\t0000:0a:00.0\ndrm-client-id:\t1\ndrm-memory-vram:\t4 GiB\n",
            "proc/901/fdinfo/3": "drm-pdev:\t0000:03:00.0\ndrm-memory-vram:\t-5 KiB\n",
            "proc/self/fdinfo/3": "drm-pdev:\t0000:03:00.0\ndrm-memory-vram:\t5 KiB\n",
        ])
        #expect(
            try DRMReader(root: tree.path).read() == [
                GPUReading(
                    index: 0, name: "Radeon RX 7900 XTX", usedBytes: 9_000_000_000, totalBytes: 25_753_026_560,
                    utilizationPercent: 42, processes: [GPUProcess(processID: 812, usedBytes: 3 << 20)], vendor: .amd,
                    identifier: "0000:03:00.0")
            ])
    }

    @Test func graphicsInsideAProcessorShareTheComputersMemory() throws {
        let tree = try FileTree([
            "sys/class/drm/card0/device/mem_info_vram_total": "536870912",
            "sys/class/drm/card0/device/mem_info_vram_used": "100",
            "sys/class/drm/card0/device/mem_info_gtt_total": "33000000000",
            "sys/class/drm/card0/device/mem_info_gtt_used": "900",
            "sys/class/drm/card0/device/gpu_busy_percent": "no",
        ])
        #expect(
            try DRMReader(root: tree.path).read() == [
                GPUReading(
                    index: 0, name: "AMD GPU", usedBytes: 1000, totalBytes: 33_536_870_912, isUnified: true,
                    vendor: .amd)
            ])
    }

    @Test func intelCardsWithAndWithoutMemoryOfTheirOwn() throws {
        let tree = try FileTree([
            "sys/class/drm/card0/device/vendor": "0x8086\n",
            "sys/class/drm/card1/device/vendor": "0x8086\n",
            "sys/class/drm/card1/lmem_total_bytes": "17179869184\n",
            "sys/class/drm/card1/lmem_avail_bytes": "17179869000\n",
            "sys/class/drm/card2/device/vendor": "0x10de\n",
        ])
        #expect(
            try DRMReader(root: tree.path).read() == [
                GPUReading(index: 0, name: "Intel GPU", isUnified: true, vendor: .intel),
                GPUReading(
                    index: 1, name: "Intel GPU", usedBytes: 184, totalBytes: 17_179_869_184, vendor: .intel),
            ])
    }

    @Test func eachVendorCountsItsOwn() throws {
        let tree = try FileTree([
            "sys/class/drm/card0/device/vendor": "0x10de\n",
            "sys/class/drm/card1/device/vendor": "0x8086\n",
            "sys/class/drm/card2/device/mem_info_vram_total": "25753026560\n",
            "sys/class/drm/card10/device/mem_info_vram_total": "17163091968\n",
        ])
        let gpus = try DRMReader(root: tree.path).read()
        #expect(gpus.map(\.vendor) == [.intel, .amd, .amd])
        #expect(gpus.map(\.index) == [0, 0, 1])
        #expect(gpus.map(\.totalBytes) == [nil, 25_753_026_560, 17_163_091_968])
    }

    private static func stat(_ process: Int, start: Int) -> String {
        "\(process) (llama) S 1" + String(repeating: " 0", count: 17) + " \(start)"
    }

    @Test func onlyProgramsThatHadAGPUOpenAreLookedAtEveryTime() throws {
        func client(_ kib: Int) -> String {
            "drm-pdev:\t0000:03:00.0\ndrm-client-id:\t9\ndrm-memory-vram:\t\(kib) KiB\n"
        }
        let tree = try FileTree([
            "sys/class/drm/card0/device/mem_info_vram_total": "25753026560",
            "sys/class/drm/card0/device/uevent": "PCI_SLOT_NAME=0000:03:00.0\n",
            "proc/10/fdinfo/3": client(1), "proc/10/stat": Self.stat(10, start: 100),
            "proc/11/fdinfo/3": client(2), "proc/11/stat": Self.stat(11, start: 200),
            "proc/20/fdinfo/3": "pos:\t0\n", "proc/20/stat": Self.stat(20, start: 300),
        ])
        let listed = Mutex<[String]>([])
        let root = tree.path + "/"
        let programs = DRMProcesses(root: root) { path in
            listed.withLock { $0.append(String(path.dropFirst(root.count))) }
            return (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        }
        let reader = DRMReader(root: root, programs: programs)
        func read() throws -> (programs: [Int32], listed: [String]) {
            listed.withLock { $0 = [] }
            let found = try reader.read().first?.processes?.map(\.processID) ?? []
            return (found, listed.withLock { $0.sorted() })
        }
        #expect(try read() == ([10, 11], ["proc", "proc/10/fdinfo", "proc/11/fdinfo", "proc/20/fdinfo"]))
        // One that begins now is found with the next look at all; one whose number went to another is not mistaken.
        try tree.write("proc/30/fdinfo/3", client(4))
        try tree.write("proc/11/stat", Self.stat(11, start: 201))
        for _ in 1..<DRMProcesses.period { #expect(try read() == ([10], ["proc/10/fdinfo"])) }
        #expect(try read().programs == [10, 11, 30])
        #expect(try read().listed == ["proc/10/fdinfo", "proc/11/fdinfo", "proc/30/fdinfo"])
    }

    @Test func aHostWithoutSuchFilesHasNone() throws {
        #expect(try DRMReader(root: "/nowhere").read() == [])
        let tree = try FileTree(["sys/class/drm/card0/device/mem_info_vram_total": "99999999999999999999999"])
        #expect(try DRMReader(root: tree.path).read() == [])
    }
}

/// A folder of files for one test; it goes with it.
final class FileTree: Sendable {
    let path: String

    init(_ files: [String: String], links: [String: String] = [:]) throws {
        path = FileManager.default.temporaryDirectory.appending(path: "tree-\(UUID().uuidString)").path()
        for (name, text) in files { try write(name, text) }
        for (name, target) in links {
            try makeFolder(of: name)
            try FileManager.default.createSymbolicLink(atPath: path + "/" + name, withDestinationPath: target)
        }
    }

    func write(_ name: String, _ text: String) throws {
        try makeFolder(of: name)
        try text.write(toFile: path + "/" + name, atomically: false, encoding: .utf8)
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path + "/" + name) }

    private func makeFolder(of name: String) throws {
        let folder = URL(filePath: path + "/" + name).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
