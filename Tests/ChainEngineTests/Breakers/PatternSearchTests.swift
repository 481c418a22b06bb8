import Testing

@testable import ChainEngine

@Suite(.timeLimit(.minutes(1))) struct PatternSearchTests {
    @Test(arguments: [
        ("[0-9]+", "in 2026", PatternSearch.Finding.found("2026")), ("^b", "a\nb", .absent),
        ("(?m)^b", "a\nb", .found("b")),
        ("ü.", "küß", .found("üß")), ("x", "", .absent), ("\\Aab", "abc", .found("ab")), ("c\\z", "abc", .found("c")),
        ("Error", "error", .absent), ("(?i)Error", "error", .found("error")), ("\\p{Han}+", "ab日本c", .found("日本")),
    ])
    func finds(_ pattern: String, _ text: String, _ finding: PatternSearch.Finding) async throws {
        #expect(try await PatternSearch(pattern).search(text) == finding)
    }

    @Test(arguments: [
        ("(a", "a “(” is not closed"), ("a)", "a “)” closes nothing"), ("[a-z", "a “[” is not closed"),
        ("*a", "there is nothing in front of “*” to repeat"), ("a|+", "there is nothing in front of “+” to repeat"),
        ("a\\", "it ends with a backslash"),
    ])
    func flawsAreTold(_ pattern: String, _ flaw: String) {
        #expect(throws: (any Error).self) { try PatternSearch(pattern) }
        #expect(PatternSearch.flaw(in: pattern) == flaw)
    }

    @Test(arguments: ["(?i)a", "a{2,3}?", "\\(", "(?:a|b)*+", "[^\\]]+"])
    func whatIsRightHasNoFlaw(_ pattern: String) throws {
        _ = try PatternSearch(pattern)
        #expect(PatternSearch.flaw(in: pattern) == nil)
    }

    @Test func caseCanBeLeftOut() async throws {
        #expect(try await PatternSearch("error", isCaseSensitive: false).search("ERROR 5") == .found("ERROR"))
    }

    @Test(arguments: ["(a+)+$", "(a|aa)+$", "(.*a){25}$", "^(([a-z])+.)+[A-Z]([a-z])+$"])
    func whatTakesTooLongIsGivenUp(_ pattern: String) async throws {
        let text = String(repeating: "a", count: 40) + "!"
        // Without a bound it would take years: the suite's time limit.
        let finding = try await PatternSearch(pattern).search(text)
        #expect(finding == .unfinished || finding == .absent)
    }

    @Test func theClassicIsUnfinished() async throws {
        #expect(try await PatternSearch("(a+)+$").search(String(repeating: "a", count: 40) + "!") == .unfinished)
    }

    @Test(arguments: [
        ("no(?!t)", "I do no", PatternSearch.Finding.absent), ("no(?!t)", "I do no more", .found("no")),
        ("end$", "the end", .absent), ("\\w+ing\\b", "sing", .absent), ("\\w+ing\\b", "sing a song", .found("sing")),
    ])
    func whatMoreTextCouldUndoDoesNotCount(
        _ pattern: String, _ text: String, _ finding: PatternSearch.Finding
    ) async throws {
        #expect(try await PatternSearch(pattern).search(text, isGrowing: true) == finding)
    }

    @Test func theStartOfWhatIsSearchedIsNotTheTexts() async throws {
        let search = try PatternSearch("\\Ab|^b")
        #expect(await search.search("ab", isGrowing: true, context: 1) == .absent)
        #expect(await search.search("b ", isGrowing: true) == .found("b"))
    }

    @Test func growingTextIsLookedThroughInParts() async throws {
        var watch = PatternWatch(try PatternSearch("needle [0-9]+ "))
        var characters = 0
        var found: PatternSearch.Finding?
        for number in 0..<20_000 where found == nil {
            guard let request = watch.feed(number == 19_000 ? "needle 7 x " : "hay ") else { continue }
            characters += request.text.utf16.count
            #expect(request.text.utf16.count <= 2 * PatternWatch.reach + 64)
            guard number >= 18_990 else { continue }
            let finding = await request.search.search(request.text, isGrowing: true, context: request.context)
            if case .found = finding { found = finding }
        }
        #expect(found == .found("needle 7 "))
        #expect(characters < 80_000 * 2 * PatternWatch.reach / PatternWatch.stride * 2)
    }
}
