import ChainEngine

/// A run that had ended and goes on.
public struct ResumedRun: Equatable, Sendable {
    /// Its identifier, which it keeps.
    public var id: String
    /// Where it goes on.
    public var point: ResumePoint

    /// A run that goes on.
    public init(id: String, point: ResumePoint) {
        self.id = id
        self.point = point
    }
}
