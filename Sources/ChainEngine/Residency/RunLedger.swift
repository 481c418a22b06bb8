import PromptChainCore

/// What a run knows about memory and time: which models are there, how much they took at most, how long nothing moved.
struct RunLedger: Equatable, Sendable {
    /// The models in memory that concern the run, in the order of their arrival.
    private(set) var residents: [Resident] = []
    /// The most GPU memory that the run's own models took together, in bytes; `nil` once one of them is unknown.
    private(set) var peakVRAMBytes: Int64? = 0
    /// Seconds in which no step made headway.
    private(set) var stallSeconds = 0.0
    /// The slots that the run ever loaded.
    private(set) var loadedSlots: Set<ModelSlot> = []
    // The largest figure seen for each of them; none for one that the server is silent about.
    private var footprints: [ModelSlot: Int64] = [:]

    /// What the run's own models would take together if all of it were in GPU memory, in bytes; `nil` when one of them
    /// is unknown.
    var sumVRAMBytes: Int64? {
        footprints.count == loadedSlots.count ? ByteCount.sum(footprints.values) : nil
    }

    /// The model in a slot, if it is there.
    func resident(in slot: ModelSlot) -> Resident? {
        residents.first { $0.slot == slot }
    }

    /// Notes a model that is in memory. One that was there before keeps its place and its owner.
    mutating func note(_ resident: Resident) {
        if let index = residents.firstIndex(where: { $0.slot == resident.slot }) {
            var noted = resident
            noted.isOurs = residents[index].isOurs
            noted.isPinned = residents[index].isPinned
            residents[index] = noted
        } else {
            residents.append(resident)
        }
        guard self.resident(in: resident.slot)?.isOurs == true else { return }
        loadedSlots.insert(resident.slot)
        if let bytes = resident.vramBytes {
            // A model of which a part runs on the CPU would take its whole size.
            let whole = bytes > 0 ? max(bytes, resident.sizeBytes ?? 0) : bytes
            footprints[resident.slot] = max(whole, footprints[resident.slot] ?? 0)
        }
        notePeak()
    }

    /// Notes that a model is being loaded by the run: it may be in memory from now on.
    mutating func noteLoading(_ slot: ModelSlot, model: ModelName) {
        guard resident(in: slot) == nil else { return }
        residents.append(Resident(slot: slot, model: model, isOurs: true, vramBytes: 0))
    }

    /// Notes that a model did not leave when it was asked to.
    mutating func noteStuck(_ slot: ModelSlot) {
        guard let index = residents.firstIndex(where: { $0.slot == slot }) else { return }
        residents[index].isStuck = true
    }

    /// Notes that a model is gone.
    mutating func noteGone(_ slot: ModelSlot) {
        residents.removeAll { $0.slot == slot }
    }

    /// Notes time in which no step made headway.
    mutating func noteStall(_ seconds: Double) {
        if seconds > 0 { stallSeconds += seconds }
    }

    private mutating func notePeak() {
        guard let peak = peakVRAMBytes else { return }
        let ours = residents.filter(\.isOurs)
        let known = ours.compactMap(\.vramBytes)
        peakVRAMBytes = known.count == ours.count ? max(peak, ByteCount.sum(known)) : nil
    }
}
