import Foundation
import PromptChainCore
import Testing

@testable import ModelManagement

/// One at a time: the library's answers follow from the environment.
@Suite(.serialized) struct NVMLReaderTests {
    /// The library of the fixtures, built once.
    static let library: Result<String, any Error> = Result {
        let source = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/nvml/nvml.c").path()
        let target = FileManager.default.temporaryDirectory.appending(path: "nvml-\(UUID().uuidString).so").path()
        let compiler = Process()
        compiler.executableURL = URL(filePath: "/usr/bin/env")
        compiler.arguments = ["clang", "-shared", "-fPIC", "-o", target, source]
        try compiler.run()
        compiler.waitUntilExit()
        guard compiler.terminationStatus == 0 else { throw GPUReadingFailure("the fake library does not compile") }
        return target
    }

    private func read(_ mode: String) throws -> [GPUReading] {
        setenv("FAKE_NVML", mode, 1)
        defer { unsetenv("FAKE_NVML") }
        return try NVMLReader(path: Self.library.get()).read()
    }

    @Test func aHostWithoutTheDriverHasNoGPUs() throws {
        #expect(try NVMLReader(path: "libnvidia-ml-that-is-not-there.so.1").read() == [])
    }

    @Test func devicesAndTheirPrograms() throws {
        #expect(
            try read("") == [
                GPUReading(
                    index: 0, name: "NVIDIA RTX 4090", usedBytes: 14 << 30, totalBytes: 24 << 30,
                    utilizationPercent: 87,
                    processes: [
                        GPUProcess(processID: 100, usedBytes: 1 << 30), GPUProcess(processID: 101, usedBytes: 2 << 30),
                        GPUProcess(processID: 300, usedBytes: 512 << 20),
                    ], vendor: .nvidia, identifier: "GPU-4f2a9c11-0000"),
                GPUReading(index: 1, name: "NVIDIA GB10", isUnified: true, processes: [], vendor: .nvidia),
            ])
    }

    @Test func memoryThatIsNotToldIsUnknownAndNotShared() throws {
        let gpus = try read("mute")
        #expect(gpus.map(\.totalBytes) == [nil, nil])
        #expect(gpus.map(\.isUnified) == [false, false])
    }

    @Test func moreProgramsThanThereWasRoomFor() throws {
        #expect(try read("crowd").first?.processes?.count == 70)
    }

    @Test func programsOfUnknownSizeMakeTheListUnknown() throws {
        #expect(try read("unknown").first?.processes == nil)
    }

    @Test func oneThatIsLostLeavesTheOthers() throws {
        let gpus = try read("one-lost")
        #expect(gpus.map(\.fault) == ["GPU is lost", nil])
        #expect(gpus.map(\.index) == [0, 1])
        #expect(gpus.map(\.name) == ["GPU 0", "NVIDIA GB10"])
        let falling = try read("falls")
        #expect(falling.map(\.fault) == [nil, "GPU is lost"])
        #expect(falling.map(\.totalBytes) == [24 << 30, nil])
        #expect(falling.map(\.isUnified) == [false, false])
    }

    @Test func allThatAreLostAreToldAndMetAnew() throws {
        let reader = NVMLReader(path: try Self.library.get())
        setenv("FAKE_NVML", "lost", 1)
        defer { unsetenv("FAKE_NVML") }
        #expect(try reader.read().map(\.fault) == ["GPU is lost", "GPU is lost"])
        setenv("FAKE_NVML", "", 1)
        #expect(try reader.read().map(\.fault) == [nil, nil])
    }

    @Test func aLibraryThatHangsLeavesTheOtherReaders() async throws {
        setenv("FAKE_NVML", "hang", 1)
        defer { unsetenv("FAKE_NVML") }
        let tree = try FileTree(["sys/class/drm/card0/device/mem_info_vram_total": "25753026560"])
        let monitor = GPUMonitor(
            readers: [NVMLReader(path: try Self.library.get()), DRMReader(root: tree.path)], limit: 1)
        let survey = await monitor.survey()
        #expect(survey.gpus.map(\.vendor) == [.amd])
        #expect(survey.sources == ["sysfs"])
        #expect(survey.notes == ["the GPU driver behind NVML does not answer"])
    }

    @Test(arguments: [
        ("no-driver", "Nvidia's driver cannot be asked: Driver Not Loaded"),
        ("nonsense", "Nvidia's driver counts 4294967295 GPUs, which no computer has"),
    ])
    func failuresInWords(mode: String, words: String) {
        #expect(throws: GPUReadingFailure(words)) { try read(mode) }
    }

    @Test func aLibraryThatIsNoneIsSaidSo() throws {
        #expect(throws: GPUReadingFailure("Nvidia's library libm.so.6 lacks calls that every version of it has")) {
            try NVMLReader(path: "libm.so.6").read()
        }
    }
}
