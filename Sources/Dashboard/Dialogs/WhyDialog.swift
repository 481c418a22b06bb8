/// Why it waits: what the rules have found, with proof. The findings themselves are looked up when it is drawn, so that
/// they stay true while it is open.
struct WhyDialog: Equatable, Sendable {
    /// The selected finding; the first one when it is not there.
    var selection: Finding.Identity?
    /// The first row that is shown.
    var top = 0
}
