import ChainEngine
import Foundation
import ModelManagement
import PromptChainCore

/// Looks at everything that PromptChain needs, and says what is wrong and what to do about it.
struct Doctor {
    /// What it is told.
    struct Request {
        var environment: [String: String]
        var configurationFile: String?
        var server: String?
        var chainFile: String?
        /// Reads the GPUs and the servers' processes of this machine.
        var reader = CapacityReader.host
        /// What was measured in earlier runs.
        var measurements = Measurements()
    }

    private let request: Request
    private let directories: RuntimeDirectories
    private let configuration: AppConfiguration
    private let faults: [FileFault]
    private let path: String

    init(_ request: Request) {
        self.request = request
        directories = RuntimeDirectories(environment: request.environment)
        path = request.configurationFile ?? directories.configurationFile
        let user = UserConfiguration(path: path, environment: request.environment)
        (configuration, faults) = (user.settings, user.faults)
    }

    /// Looks at everything.
    func examine() throws -> DoctorReport {
        let chain = request.chainFile.map { ChainFile.read(path: $0) }
        let resolver = ServerResolver(
            configuration: configuration, environment: request.environment, option: request.server)
        var checks: [DoctorCheck] = []
        let servers = servers(resolver, &checks)
        let (locks, reader, measurements) = (directories.locks, request.reader, request.measurements)
        let (diagnoses, survey) = try waitFor {
            async let found = ServerDiagnosis.all(
                servers, locks: locks, reader: reader, measurements: measurements)
            async let survey = reader.gpus()
            return (await found, await survey)
        }
        checks += diagnoses.map(\.check) + diagnoses.flatMap(\.memoryChecks) + GPUDiagnosis(survey: survey).checks
        checks += leftovers(diagnoses)
        let settings = SettingsDiagnosis(
            configuration: configuration, chain: chain?.chain, resolver: resolver, server: servers.first)
        let allFaults = faults + (chain?.faults ?? [])
        checks += configurationChecks(allFaults, chain: chain)
        checks += FileDiagnosis(directories: directories).checks
        checks += TerminalDiagnosis(environment: request.environment).checks
        return DoctorReport(
            servers: diagnoses, gpus: survey.gpus, settings: settings.settings, faults: allFaults, checks: checks)
    }

    private func servers(_ resolver: ServerResolver, _ checks: inout [DoctorCheck]) -> [ServerConfiguration] {
        let host = request.environment["OLLAMA_HOST"] ?? ""
        if !host.isEmpty, ServerAddress(host) == nil {
            checks.append(
                DoctorCheck(
                    group: .configuration, level: .problem,
                    message: "OLLAMA_HOST is “\(ServerAddress.shown(host))”, which is no address",
                    hint: "Write it as HOST:PORT or http://HOST:PORT."))
        }
        do {
            if request.server == nil, host.isEmpty, !configuration.servers.isEmpty { return configuration.servers }
            return [try resolver.resolve()]
        } catch let error as ModelManagementError {
            checks.append(
                DoctorCheck(
                    group: .servers, level: .problem, message: "\(error.server): \(error.reason)", hint: error.hint))
        } catch {
            checks.append(DoctorCheck(group: .servers, level: .problem, message: "\(error)"))
        }
        return []
    }

    private func leftovers(_ diagnoses: [ServerDiagnosis]) -> [DoctorCheck] {
        let found = diagnoses.flatMap(\.leftovers)
        guard !found.isEmpty else {
            return [DoctorCheck(group: .leftovers, level: .fine, message: "none: no dead chain left a model in memory")]
        }
        return found.map { left in
            let memory = left.model.vramBytes.map { ", \(ByteCount.text($0)) of VRAM" } ?? ""
            let end =
                left.model.expiresAt.map { $0.timeIntervalSinceNow }.flatMap { $0 > 0 ? $0 : nil }
                .map { " It leaves by itself in \(Seconds.text($0))." } ?? ""
            return DoctorCheck(
                group: .leftovers, level: .problem,
                message: "\(left.model.name.short) on \(left.server)\(memory): the chain that loaded it is gone",
                hint: "promptchain unload \(left.model.name.short) --server \(left.server)." + end)
        }
    }

    private func configurationChecks(_ faults: [FileFault], chain: ChainFileResult?) -> [DoctorCheck] {
        var checks = faults.map { fault in
            let place = fault.line > 0 ? "\(fault.file):\(fault.line):\(fault.column)" : fault.file
            return DoctorCheck(
                group: .configuration, level: fault.severity == .error ? .problem : .warning,
                message: "\(place): \(fault.message)", hint: fault.hint)
        }
        let isThere = FileManager.default.fileExists(atPath: path)
        if request.configurationFile != nil, !isThere {
            checks.append(
                DoctorCheck(
                    group: .configuration, level: .problem, message: "there is no configuration file \(path)",
                    hint: "Without --config it is \(directories.configurationFile), which need not exist."))
        } else if self.faults.isEmpty {
            let none = "no file \(path): everything is left to the defaults"
            checks.append(
                DoctorCheck(group: .configuration, level: .fine, message: isThere ? "\(path) has no faults" : none))
        }
        return checks
    }
}
