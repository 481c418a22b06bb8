/// Says when the next picture may be drawn: at most so many a second.
public struct FramePacer: Equatable, Sendable {
    /// The seconds between two pictures.
    public let interval: Double
    private var latest: Double?

    /// A pacer.
    public init(framesPerSecond: Int = 30) {
        interval = 1 / Double(max(1, framesPerSecond))
    }

    /// Notes that a picture was drawn.
    public mutating func drew(at time: Double) {
        latest = time
    }

    /// The seconds until a picture may be drawn; 0 when it may be drawn now.
    public func delay(at time: Double) -> Double {
        guard let latest, time >= latest else { return 0 }
        return max(0, latest + interval - time)
    }
}
