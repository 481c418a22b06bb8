import ArgumentParser
import ChainEngine
import ModelManagement
import PromptChainCore

/// `promptchain plan CHAIN`: which models would be in memory when, how long steps would wait, and why.
struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Predict how long a chain waits for models, under every policy, and why.",
        discussion: """
            Without --assume the chain's server is asked for the sizes of its models and for what is in memory. What \
            nobody has measured is assumed, and the plan says so.

            --assume FILE plans without a server, also for hardware that you do not have:
              capacity: 24GB
              models:
                "llama3.1:8b": {vram: 9GB, load: 4.5s, unload: 0.7s, step: 10s}
            """)

    @Argument(help: "The chain file.", completion: .file(extensions: ["yaml", "yml"]))
    var chain: String

    @Option(
        help: ArgumentHelp("The GPU memory to plan with.", valueName: "size"),
        transform: MemoryOption.init(parsing:))
    var vram: MemoryOption?

    @Option(
        help: ArgumentHelp("Sizes and times to take for granted; no server is asked.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"]))
    var assume: String?

    @Option(
        help: ArgumentHelp(
            "Show the steps of one policy, or of all. Default: planned; with --json all.", valueName: "name"))
    var policy: PlanPolicyOption?

    @OptionGroup var target: ServerOption
    @OptionGroup var output: JSONOption
    @OptionGroup var common: CommonOptions

    func run() throws {
        let result = ChainFile.read(path: chain)
        var faults = result.faults
        var assumptions: AssumptionFile?
        if let assume {
            let (file, found) = AssumptionFile.read(path: assume, for: result.chain)
            assumptions = file
            faults += found
        }
        for fault in faults { Console.error(Console.safe(fault.description)) }
        guard let chain = result.chain, !faults.contains(where: { $0.severity == .error }) else {
            throw CommandFailure(message: "nothing was planned", hint: "mend the faults first")
        }
        let subjects: [PlanSubject]
        if let assumptions {
            let problem = assumptions.problem(for: chain, vram: vram?.bytes)
            subjects = [PlanSubject(problem: problem, assumptions: assumptions.assumptions)]
        } else {
            subjects = try askServers(chain)
        }
        show(chain, subjects)
    }

    private func askServers(_ chain: Chain) throws -> [PlanSubject] {
        let composition = try Composition(common: common)
        var options = composition.runOptions
        options.server = target.server
        options.capacityBytes = vram?.bytes
        let planning = ServerPlanning(
            chain: chain, options: options, servers: composition.chainServers,
            measurements: composition.measurements?.measurements ?? Measurements())
        let directory = composition.chainServers
        do {
            return try waitFor {
                do {
                    let subjects = try await planning.subjects()
                    await directory.shutdown()
                    return subjects
                } catch {
                    await directory.shutdown()
                    throw error
                }
            }
        } catch let error as ModelManagementError {
            throw CommandFailure(error)
        }
    }

    private func show(_ chain: Chain, _ subjects: [PlanSubject]) {
        let asked = policy?.policies ?? PlanningPolicy.allCases
        // People compare: they get the sums of all policies, and the steps of those that they name.
        let comparisons = subjects.map { $0.comparison(output.json ? asked : PlanningPolicy.allCases) }
        if output.json {
            for text in subjects.flatMap(\.assumptions) { Console.error(Console.safe("assumed: \(text)")) }
            Console.line(JSONText.pretty(ResidencyComparison.merging(comparisons)))
            return
        }
        for (index, (subject, comparison)) in zip(subjects, comparisons).enumerated() {
            if index > 0 { Console.line("") }
            let report = PlanReport(
                chain: chain, subject: subject, comparison: comparison, detailed: policy?.policies ?? [.planned])
            for line in report.lines { Console.line(line) }
        }
    }
}

/// The policies to plan: the name of one, or `all`.
struct PlanPolicyOption: ExpressibleByArgument {
    var policies: [PlanningPolicy]

    init?(argument: String) {
        let word = argument.lowercased()
        if word == "all" {
            policies = PlanningPolicy.allCases
        } else if let policy = PlanningPolicy(rawValue: word) {
            policies = [policy]
        } else {
            return nil
        }
    }

    static var allValueStrings: [String] { PlanningPolicy.allCases.map(\.rawValue) + ["all"] }
}
