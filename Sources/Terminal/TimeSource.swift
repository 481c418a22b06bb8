#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where the event loop reads the time, so that tests can set it.
public protocol TimeSource {
    /// Seconds that only ever grow, from an arbitrary start.
    func uptime() -> Double
    /// Seconds since the beginning of 1970, as the machine's clock says.
    func wallClock() -> Double
}

/// The machine's clocks.
public struct SystemTime: TimeSource {
    /// The machine's clocks.
    public init() {}

    /// Seconds since the machine was started.
    public func uptime() -> Double { Self.read(CLOCK_MONOTONIC) }

    /// Seconds since the beginning of 1970.
    public func wallClock() -> Double { Self.read(CLOCK_REALTIME) }

    private static func read(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1_000_000_000
    }
}
