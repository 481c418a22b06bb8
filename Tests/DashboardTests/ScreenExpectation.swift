import CellScreen
import DashboardTestSupport
import Foundation
import Testing

@testable import Dashboard

/// Compares the picture of a scenario with the one that is drawn in a test.
enum ScreenExpectation {
    static func check(
        _ name: String, width: Int, height: Int, _ expected: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        guard let scenario = Scenario.all.first(where: { $0.name == name }) else {
            Issue.record("there is no scenario \(name)", sourceLocation: sourceLocation)
            return
        }
        var journey = JourneyDriver(size: Size(width: width, height: height))
        scenario.play(&journey)
        let difference = ScreenText.firstDifference(expected: expected, actual: journey.lines)
        #expect(difference == nil, "\(difference ?? "")\n\(journey.screen)", sourceLocation: sourceLocation)
    }
}

@Suite("Screens at 200x50") struct LargeScreenTests {
    private static let folder = TestFiles.tests.appendingPathComponent("Fixtures/screens")
    private static let names = (try? TestFiles.names(in: folder, ending: ".txt")) ?? []

    @Test("The picture is the one in Fixtures/screens", arguments: names)
    func picture(name: String) throws {
        let file = Self.folder.appendingPathComponent(name)
        let scenario = String(name.dropLast("-200x50.txt".count))
        if ProcessInfo.processInfo.environment["PROMPTCHAIN_WRITE_EXPECTED"] != nil,
            let known = Scenario.all.first(where: { $0.name == scenario })
        {
            var journey = JourneyDriver(size: Size(width: 200, height: 50))
            known.play(&journey)
            try (journey.lines.joined(separator: "\n") + "\n").write(to: file, atomically: true, encoding: .utf8)
        }
        let text = try String(contentsOf: file, encoding: .utf8)
        ScreenExpectation.check(scenario, width: 200, height: 50, String(text.dropLast()))
    }

    @Test("There are pictures") func some() { #expect(Self.names.count >= 4) }
}
