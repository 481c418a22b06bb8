import PromptChainCore
import Testing

@testable import ChainEngine

@Suite(.timeLimit(.minutes(1))) struct BreakerSessionTests {
    private static func facts(
        _ output: String, seconds: Double = 3, tokens: Int? = 10, isLoadFailure: Bool = false, step: Int = 2,
        name: String = "Draft"
    ) -> BreakerFacts {
        BreakerFacts(
            info: StepInfo(
                step: step, input: "in", output: output, model: "mistral-small:22b", modelParams: ["seed": 7]),
            name: name, seconds: seconds, tokens: tokens, isLoadFailure: isLoadFailure)
    }

    private static func rule(
        _ condition: BreakerRule.Condition, _ action: BreakerAction = .stop(isFailure: false), name: String = "rule",
        reason: String? = nil, steps: [String]? = nil
    ) -> BreakerRule {
        BreakerRule(name: name, condition: condition, action: action, reason: reason, steps: steps)
    }

    private static func shell(_ script: String, timeout: Double = 20) -> BreakerRule.Condition {
        .command(CommandCall(["sh", "-c", PromptTemplate(literal: script)]), timeout: timeout)
    }

    static let loop = String(repeating: "Let me check that once more. ", count: 60)

    struct Case: Sendable, CustomTestStringConvertible {
        var condition: BreakerRule.Condition
        var facts: BreakerFacts
        var reason: String?
        var testDescription: String { "\(condition) on \(facts.output.prefix(30))" }

        init(_ condition: BreakerRule.Condition, _ facts: BreakerFacts, _ reason: String?) {
            self.condition = condition
            self.facts = facts
            self.reason = reason
        }
    }

    static let cases = [
        Case(
            .outputContains("cannot answer", caseSensitive: false), facts("I Cannot Answer"),
            "the output contains “cannot answer”"),
        Case(.outputContains("cannot answer", caseSensitive: true), facts("I Cannot Answer"), nil),
        Case(
            .outputContains("model management failed", caseSensitive: false),
            facts("Model management failed: no room", isLoadFailure: true),
            "the output contains “model management failed”"),
        Case(
            .outputMatches("error [0-9]+", caseSensitive: false), facts("an Error 17"),
            "the output matches error [0-9]+: “Error 17”"),
        Case(.outputMatches("error [0-9]+", caseSensitive: true), facts("an Error 17"), nil),
        Case(.outputIsEmpty, facts(" \n\t"), "the output is empty"), Case(.outputIsEmpty, facts("x"), nil),
        Case(.outputIsEmpty, facts("", isLoadFailure: true), nil),
        Case(.invalidJSON, facts("{\"a\": 1}"), nil),
        Case(.invalidJSON, facts("Sure, here it is: {}"), "the output is no JSON from “Sure, here it is: {}” on"),
        Case(.invalidJSON, facts("[1, 2"), "the output is no JSON: it ends too early"),
        Case(.invalidJSON, facts(""), "the output is no JSON: it is empty"),
        Case(.tokensOver(9), facts("x"), "more than 9 tokens"), Case(.tokensOver(10), facts("x"), nil),
        Case(.tokensOver(0), facts("x", tokens: nil), nil),
        Case(.secondsOver(2), facts("x"), "more than 2.0s"), Case(.secondsOver(3), facts("x"), nil),
        Case(
            .repeats, facts(loop),
            "the output repeats itself: “Let me check that once more.” stands there 41 times"),
        Case(.repeats, facts("no loop"), nil),
        Case(
            .modelManagementFailed, facts("Model management failed: no room", isLoadFailure: true),
            "Model management failed: no room"),
        Case(.modelManagementFailed, facts("Model management failed: said the model"), nil),
        Case(shell("echo '{\"break\": true, \"reason\": \"too weak\"}'"), facts("x"), "too weak"),
        Case(shell("echo '{\"break\": true}'"), facts("x"), "sh says so"),
        Case(shell("echo '{\"break\": false, \"reason\": \"fine\"}'"), facts("x"), nil),
        Case(shell("cat > /dev/null; echo '{\"break\": false}'"), facts(String(repeating: "x", count: 500_000)), nil),
    ]

    @Test(arguments: cases) func eachRule(_ test: Case) async {
        let session = BreakerSession(rules: [Self.rule(test.condition)], breakers: [])
        let (hit, warnings) = await session.after(test.facts)
        #expect(hit?.reason == test.reason)
        #expect(warnings == [])
    }

    @Test func aProgramIsToldWhatHappened() async throws {
        let session = BreakerSession(
            rules: [
                Self.rule(
                    Self.shell("printf '{\"break\": true, \"output\": %s}' \"$(cat)\""), name: "check", reason: "mine")
            ], breakers: [])
        let hit = try #require(await session.after(Self.facts("say \"hi\"")).hit)
        #expect(hit.reason == "mine")
        let expected = """
            {"input":"in","model":"mistral-small:22b","model_management_failed":false,"model_params":{"seed":7},\
            "name":"Draft","output":"say \\"hi\\"","seconds":3,"step":2,"tokens":10,"type":"model"}
            """
        guard case .replace(let template) = hit.action else { return #expect(Bool(false)) }
        #expect(template.text == expected)
    }

    private static let hint = "It is to write {\"break\": true, \"reason\": \"…\"} or {\"break\": false}."
    private static let start = "“check” could not decide about step 2: "

    @Test(arguments: [
        ("echo no JSON at all", "sh answered “no JSON at all”, which is no JSON", hint),
        ("true", "sh answered nothing", hint),
        ("echo '[1, 2]'", "the answer of sh has no “break” that is true or false", hint),
        ("echo '{\"break\": \"yes\"}'", "the answer of sh has no “break” that is true or false", hint),
        ("echo oh no >&2; exit 3", "sh ended with status 3: oh no", nil),
        ("kill -11 $$", "sh was ended by signal 11 (SIGSEGV) and said nothing about it", nil),
        (
            "cat /dev/zero", "sh wrote more than 1 MiB to its standard output",
            "Let it write less, for instance through head."
        ),
        ("exec 0<&- 1>&-; sleep 600", "sh did not end within 0.3s", nil),
    ])
    func hostileProgramsAreWarnings(_ script: String, _ message: String, _ hint: String?) async {
        let timeout = script.contains("sleep") ? 0.3 : 20
        let session = BreakerSession(
            rules: [
                Self.rule(Self.shell(script, timeout: timeout), name: "check"),
                Self.rule(.outputIsEmpty, name: "empty"),
            ], breakers: [])
        let (hit, warnings) = await session.after(Self.facts(""))
        #expect(hit?.breaker == "empty")
        #expect(warnings == [.init(message: Self.start + message, hint: hint)])
    }

    @Test func patternsThatTakeTooLongRest() async {
        let session = BreakerSession(
            rules: [Self.rule(.outputMatches("(a+)+$", caseSensitive: true), name: "slow")], breakers: [])
        let output = String(repeating: "a", count: 40) + "!"
        let (hit, warnings) = await session.after(Self.facts(output))
        #expect(hit == nil)
        #expect(
            warnings == [
                .init(
                    message: "“slow” could not decide: its expression takes longer than 250 ms",
                    hint: "Repetitions in each other, as in (a+)+, take very long. The rule rests for the rest of "
                        + "this run.")
            ])
        #expect(await session.after(Self.facts(output)).warnings == [])
    }

    @Test func theFirstThatAppliesWins() async {
        let session = BreakerSession(
            rules: [
                Self.rule(.outputIsEmpty, name: "one"),
                Self.rule(.outputContains("x", caseSensitive: false), .replace("was {input}"), name: "two"),
                Self.rule(.outputContains("x", caseSensitive: false), name: "three"),
            ], breakers: [Chainbreaker("four") { _, _ in (true, "", nil) }])
        #expect(await session.after(Self.facts("x")).hit?.breaker == "two")
        #expect(await session.after(Self.facts("y")).hit?.breaker == "four")
    }

    @Test func rulesLookAtTheirStepsAlone() async {
        let session = BreakerSession(rules: [Self.rule(.outputIsEmpty, steps: ["Draft"])], breakers: [])
        #expect(await session.after(Self.facts("", name: "Other")).hit == nil)
        #expect(await session.after(Self.facts("")).hit != nil)
        #expect(session.watch(step: "Draft") == nil)
    }

    @Test func jumpsAreBounded() async {
        let session = BreakerSession(
            rules: [
                Self.rule(.outputIsEmpty, .jump(step: "Plan", limit: 2), name: "again"),
                Self.rule(.outputIsEmpty, name: "enough"),
            ], breakers: [])
        for _ in 0..<2 {
            #expect(await session.after(Self.facts("")).hit?.action == .jump(step: "Plan", limit: 2))
        }
        let (hit, warnings) = await session.after(Self.facts("", name: "Other"))
        #expect(hit?.breaker == "enough")
        #expect(
            warnings == [
                .init(
                    message: "“again” has sent the chain to “Plan” 2 times: the chain goes on instead (the output is "
                        + "empty)", hint: "“limit” sets how often it may.")
            ])
    }

    @Test func retriesAreBoundedForEachStepAndItem() async {
        let session = BreakerSession(rules: [Self.rule(.outputIsEmpty, .retry(limit: 1), name: "again")], breakers: [])
        #expect(await session.after(Self.facts("")).hit?.action == .retry(limit: 1))
        #expect(await session.after(Self.facts("", name: "Other")).hit?.action == .retry(limit: 1))
        var item = Self.facts("")
        item.item = 4
        #expect(await session.after(item).hit?.action == .retry(limit: 1))
        let (hit, warnings) = await session.after(Self.facts(""))
        #expect(hit == nil)
        #expect(
            warnings.map(\.message) == [
                "“again” had “Draft” done again once, and still applies: the chain goes on (the output is empty)"
            ])
    }

    @Test func closuresThatThrowAreWarnings() async {
        struct Trouble: Error, CustomStringConvertible { var description: String { "no connection" } }
        let session = BreakerSession(
            rules: [],
            breakers: [
                Chainbreaker("remote") { _, _, _ in
                    await Task.yield()
                    throw Trouble()
                },
                Chainbreaker("last") { step, output, info in (step == info.step, "\(output)!", nil) },
            ])
        let (hit, warnings) = await session.after(Self.facts("x"))
        #expect(hit == BreakerHit(breaker: "last", reason: "x!", action: .stop(isFailure: false)))
        #expect(
            warnings == [
                .init(
                    message: "“remote” failed after step 2: no connection",
                    hint: "The chain goes on as if it had not said anything.")
            ])
    }
}
