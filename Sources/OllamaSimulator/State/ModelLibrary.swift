/// What is installed.
struct ModelLibrary: Sendable {
    /// One installed model.
    struct Entry: Sendable, Equatable {
        var model: SimulatedModel
        /// When it was pulled or created: simulated seconds since the start, negative for before.
        var modified: Double
    }

    /// Every installed model, under its key.
    private(set) var entries: [String: Entry] = [:]

    /// The models of a catalogue that are installed at the start; each appears a little newer than the one before.
    init(_ catalogue: SimulatedCatalogue) {
        let installed = catalogue.models.filter(\.isInstalled)
        for (index, model) in installed.enumerated() {
            entries[ModelName(model.name).key] = Entry(
                model: model, modified: -86_400 - Double(installed.count - index) * 7_201.625)
        }
    }

    /// The model that a name means, in any spelling.
    subscript(name: ModelName) -> Entry? { entries[name.key] }

    /// Every model, newest first.
    var sorted: [Entry] {
        entries.values.sorted { ($1.modified, $0.model.name) < ($0.modified, $1.model.name) }
    }

    /// Adds or replaces a model. A name that differs only in letter case keeps its first spelling.
    mutating func add(_ model: SimulatedModel, at time: Double) {
        let key = ModelName(model.name).key
        var model = model
        if let existing = entries[key] { model.name = existing.model.name }
        entries[key] = Entry(model: model, modified: time)
    }

    /// Removes a model. One that is loaded stays in memory.
    mutating func remove(_ name: ModelName) { entries[name.key] = nil }
}
