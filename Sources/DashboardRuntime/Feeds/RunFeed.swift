import Dashboard

/// Where a dashboard gets the events of a run that it did not start itself.
public protocol RunFeed: Sendable {
    /// Begins to post what becomes known. Never waits, and neither must `post`.
    func start(post: @escaping @Sendable (DashboardMessage) -> Void)
    /// Asks the run to end, where that is possible.
    func stopRun()
    /// Ends what `start` began. Never waits.
    func close()
    /// Posts everything that was told of a step that came in outline, counted from 1. Never waits.
    func readStep(_ step: Int, post: @escaping @Sendable (DashboardMessage) -> Void)
}

extension RunFeed {
    /// Nothing: every step came whole.
    public func readStep(_ step: Int, post: @escaping @Sendable (DashboardMessage) -> Void) {}
}
