/// What the Residency pane shows.
struct ResidencyState: Equatable, Sendable {
    /// How much time it shows.
    enum Span: Equatable, Sendable, CaseIterable {
        case fiveMinutes, run, fifteenMinutes, hour

        /// The seconds of the past that it shows; `nil` for as many as the run has.
        var seconds: Double? {
            switch self {
            case .run: nil
            case .fiveMinutes: 300
            case .fifteenMinutes: 900
            case .hour: 3600
            }
        }

        var words: String {
            switch self {
            case .run: "the run"
            case .fiveMinutes: "5 min"
            case .fifteenMinutes: "15 min"
            case .hour: "1 h"
            }
        }
    }

    var span = Span.run
    /// The first row in view.
    var top = 0
}
