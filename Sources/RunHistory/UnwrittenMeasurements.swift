import PromptChainCore
import Synchronization

/// What was measured before, and what is measured now without being written: for a run that leaves no trace.
public final class UnwrittenMeasurements: MeasurementStore {
    private let known: Mutex<Measurements>

    /// A store that begins with what another one knows.
    public init(_ store: any MeasurementStore) {
        known = Mutex(store.measurements)
    }

    /// Everything that is known now.
    public var measurements: Measurements { known.withLock { $0 } }

    /// Notes a measurement, until the program ends.
    public func record(_ measurement: ModelMeasurement) {
        known.withLock { $0.add(measurement) }
    }
}
