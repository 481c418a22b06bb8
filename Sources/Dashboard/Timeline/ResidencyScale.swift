import PromptChainCore

/// How time lies over the columns of the Residency pane. A column is a whole number of seconds from a fixed beginning,
/// so that the picture moves by whole columns and does not shimmer.
struct ResidencyScale: Equatable, Sendable {
    /// Lengths of a column that are used, in seconds; all of them are exact in binary.
    private static let lengths = [0.25, 0.5, 1, 2, 3, 5, 10, 15, 20, 30, 60, 120, 300, 600, 1200, 3600]

    /// The seconds of a column.
    var length: Double
    /// All columns.
    var columns: Int
    /// The columns left of now.
    var past: Int
    /// The time at which the first column begins, in seconds since 1970.
    var start: Double

    /// The columns right of now, which begin behind the mark of now.
    var ahead: Int { max(0, columns - past - 1) }

    /// - Parameters:
    ///   - columns: how many there are.
    ///   - now: seconds since 1970.
    ///   - seconds: the past that is to be shown.
    ///   - future: the seconds that are planned; 0 for none.
    init(columns: Int, now: Double, seconds: Double, future: Double) {
        self.columns = max(0, columns)
        let share = future > 0 ? min(0.5, max(0.25, future / max(1, future + seconds))) : 0
        let ahead = future > 0 ? max(1, Int(Double(columns) * share)) : 0
        past = max(0, self.columns - ahead - 1)
        let wanted = max(seconds / Double(max(1, past)), future > 0 ? min(future, 4 * seconds) / Double(ahead) : 0)
        length = Self.lengths.first { $0 >= wanted } ?? Self.lengths[Self.lengths.count - 1]
        let moment = now.isFinite && abs(now) < 1e12 ? now : 0
        // Now lies in the last column of the past.
        start = ((moment / length).rounded(.down) + 1 - Double(past)) * length
    }

    /// The column of a time, where it is one; what is planned lies behind the mark of now.
    func column(of time: Double, isPlanned: Bool = false) -> Int? {
        let place = ((time - start) / length).rounded(.down) + (isPlanned ? 1 : 0)
        return place >= 0 && place < Double(columns) ? Int(place) : nil
    }
}
