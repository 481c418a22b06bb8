import Foundation

/// A date of the wall clock, as opposed to simulated seconds.
typealias WallDate = Date
