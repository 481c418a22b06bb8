import Foundation
import PromptChainCore
import Synchronization

/// Reads Nvidia's GPUs through the driver's own library, which is looked for when it is first needed: a host without
/// the driver has no such library and no such GPUs.
///
/// Source of names, layouts and codes: Nvidia's NVML API reference.
public final class NVMLReader: GPUReader {
    /// What it reads through.
    public let source = "NVML"
    private let path: String
    // The library stays open: drivers take long to begin with. The lock also keeps two calls apart.
    private let library = Mutex<NVMLLibrary?>(nil)

    /// A reader.
    /// - Parameter path: the library, by name or path.
    public init(path: String = "libnvidia-ml.so.1") {
        self.path = path
    }

    /// The GPUs that the driver knows. One that is lost, or does not answer, says so in its reading and leaves those of the
    /// others as they are.
    public func read() throws -> [GPUReading] {
        try library.withLock { library in
            if library == nil { library = try NVMLLibrary(path: path) }
            guard let opened = library else { return [] }
            do {
                let gpus = try opened.devices()
                // A driver that lost all it had is met anew the next time.
                if !gpus.isEmpty, gpus.allSatisfy({ $0.fault != nil }) {
                    opened.close()
                    library = nil
                }
                return gpus
            } catch {
                // So is one that was exchanged.
                opened.close()
                library = nil
                throw error
            }
        }
    }
}

/// The driver's library, opened.
private struct NVMLLibrary: @unchecked Sendable {  // Used by NVMLReader alone, under its lock.
    private typealias Device = UnsafeMutableRawPointer
    private typealias Plain = @convention(c) () -> Int32
    private typealias Words = @convention(c) (Int32) -> UnsafePointer<CChar>?
    private typealias Count = @convention(c) (UnsafeMutablePointer<UInt32>) -> Int32
    private typealias Handle = @convention(c) (UInt32, UnsafeMutablePointer<Device?>) -> Int32
    private typealias Name = @convention(c) (Device, UnsafeMutablePointer<CChar>, UInt32) -> Int32
    private typealias Fill = @convention(c) (Device, UnsafeMutableRawPointer) -> Int32
    private typealias List = @convention(c) (Device, UnsafeMutablePointer<UInt32>, UnsafeMutableRawPointer?) -> Int32

    private struct Memory {
        var total: UInt64 = 0
        var free: UInt64 = 0
        var used: UInt64 = 0
    }

    private struct Utilization {
        var gpu: UInt32 = 0
        var memory: UInt32 = 0
    }

    // From the second version of the call on two more fields of four bytes follow.
    private struct Process {
        var processID: UInt32 = 0
        var usedBytes: UInt64 = 0
        var instances: UInt64 = 0
    }

    private static let success: Int32 = 0
    private static let notSupported: Int32 = 3
    private static let lost: Int32 = 15
    private static let tooSmall: Int32 = 7
    // More devices or processes than any host has: a library that says so is not believed.
    private static let most: UInt32 = 4096

    private let library: UnsafeMutableRawPointer
    private let words: Words?
    private let shutdown: Plain?
    private let count: Count
    private let handle: Handle
    private let name: Name?
    private let identifier: Name?
    private let memory: Fill
    private let utilization: Fill?
    private let lists: [List]

    /// Opens the library; `nil` where there is none.
    init?(path: String) throws {
        guard let library = dlopen(path, RTLD_NOW | RTLD_LOCAL) else { return nil }
        func function<Function>(_ names: [String], _ type: Function.Type) -> Function? {
            for name in names {
                if let symbol = dlsym(library, name) { return unsafeBitCast(symbol, to: type) }
            }
            return nil
        }
        guard let start = function(["nvmlInit_v2", "nvmlInit"], Plain.self),
            let count = function(["nvmlDeviceGetCount_v2", "nvmlDeviceGetCount"], Count.self),
            let handle = function(["nvmlDeviceGetHandleByIndex_v2", "nvmlDeviceGetHandleByIndex"], Handle.self),
            let memory = function(["nvmlDeviceGetMemoryInfo"], Fill.self)
        else {
            dlclose(library)
            throw GPUReadingFailure("Nvidia's library \(path) lacks calls that every version of it has")
        }
        self.library = library
        self.count = count
        self.handle = handle
        self.memory = memory
        words = function(["nvmlErrorString"], Words.self)
        shutdown = function(["nvmlShutdown"], Plain.self)
        name = function(["nvmlDeviceGetName"], Name.self)
        identifier = function(["nvmlDeviceGetUUID"], Name.self)
        utilization = function(["nvmlDeviceGetUtilizationRates"], Fill.self)
        lists = ["Compute", "Graphics"].compactMap { kind in
            let call = "nvmlDeviceGet\(kind)RunningProcesses"
            return function([call + "_v3", call + "_v2"], List.self)
        }
        let code = start()
        guard code == Self.success else {
            let reason = text(of: code)
            dlclose(library)
            throw GPUReadingFailure("Nvidia's driver cannot be asked: \(reason)")
        }
    }

    func close() {
        _ = shutdown?()
        dlclose(library)
    }

    func devices() throws -> [GPUReading] {
        var number: UInt32 = 0
        try check(count(&number), "how many GPUs there are")
        guard number <= Self.most else {
            throw GPUReadingFailure("Nvidia's driver counts \(number) GPUs, which no computer has")
        }
        return (0..<number).map { index in
            var device: Device?
            let code = handle(index, &device)
            guard code == Self.success, let device else {
                let reason = code == Self.success ? "the driver does not give it" : text(of: code)
                return GPUReading(index: Int(index), name: "GPU \(index)", vendor: .nvidia, fault: reason)
            }
            return reading(of: device, index: Int(index))
        }
    }

    private func reading(of device: Device, index: Int) -> GPUReading {
        var bytes = Memory()
        let code = withUnsafeMutablePointer(to: &bytes) { memory(device, $0) }
        if code == Self.lost {
            return GPUReading(
                index: index, name: text(of: device, by: name) ?? "GPU \(index)", vendor: .nvidia,
                identifier: text(of: device, by: identifier), fault: text(of: code))
        }
        let knowsMemory = code == Self.success
        var rates = Utilization()
        let knowsRates = withUnsafeMutablePointer(to: &rates) { utilization?(device, $0) ?? -1 } == Self.success
        // A GPU that shares the computer's memory does not answer for memory of its own.
        return GPUReading(
            index: index, name: text(of: device, by: name) ?? "GPU \(index)",
            usedBytes: knowsMemory ? Int64(clamping: bytes.used) : nil,
            totalBytes: knowsMemory && bytes.total > 0 ? Int64(clamping: bytes.total) : nil,
            utilizationPercent: knowsRates && rates.gpu <= 100 ? Int(rates.gpu) : nil,
            isUnified: code == Self.notSupported, processes: processes(on: device), vendor: .nvidia,
            identifier: text(of: device, by: identifier))
    }

    private func text(of device: Device, by call: Name?) -> String? {
        var buffer = [CChar](repeating: 0, count: 96)
        guard call?(device, &buffer, UInt32(buffer.count)) == Self.success else { return nil }
        let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let text = String(decoding: bytes, as: UTF8.self)
        return text.isEmpty ? nil : text
    }

    /// The programs on a GPU; `nil` when the driver does not tell their memory.
    private func processes(on device: Device) -> [GPUProcess]? {
        guard !lists.isEmpty else { return nil }
        var used: [Int32: Int64] = [:]
        for list in lists {
            guard let found = entries(list, device) else { return nil }
            for process in found {
                // All ones: the driver does not know, as under Windows and in some containers.
                guard process.usedBytes != .max, let id = Int32(exactly: process.processID) else { return nil }
                used[id] = max(used[id] ?? 0, Int64(clamping: process.usedBytes))
            }
        }
        return used.map { GPUProcess(processID: $0.key, usedBytes: $0.value) }.sorted { $0.processID < $1.processID }
    }

    private func entries(_ list: List, _ device: Device) -> [Process]? {
        var capacity: UInt32 = 64
        // Programs may come between two calls.
        for _ in 0..<4 {
            var buffer = [Process](repeating: Process(), count: Int(capacity))
            var number = capacity
            let code = buffer.withUnsafeMutableBytes { list(device, &number, $0.baseAddress) }
            if code == Self.success { return Array(buffer.prefix(Int(min(number, capacity)))) }
            guard code == Self.tooSmall, number <= Self.most else { return nil }
            capacity = max(number, capacity) + 16
        }
        return nil
    }

    private func check(_ code: Int32, _ what: String) throws {
        guard code != Self.success else { return }
        throw GPUReadingFailure("Nvidia's driver does not tell \(what): \(text(of: code))")
    }

    private func text(of code: Int32) -> String { words?(code).map { String(cString: $0) } ?? "code \(code)" }
}
