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

    @Test(arguments: [
        ("no-driver", "Nvidia's driver cannot be asked: Driver Not Loaded"),
        ("lost", "Nvidia's driver does not tell GPU 0: GPU is lost"),
        ("nonsense", "Nvidia's driver does not tell GPU 3: Unknown Error"),
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
