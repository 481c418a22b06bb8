/// The models that a simulated server knows: those installed at the start, and those it can pull.
public struct SimulatedCatalogue: Sendable, Equatable {
    /// Every model, in the order in which it was written.
    public var models: [SimulatedModel]

    /// A catalogue of these models.
    public init(models: [SimulatedModel]) { self.models = models }

    /// Reads a catalogue file: JSON, one object with the member `models`, a list of objects.
    ///
    /// ```json
    /// {"models": [{
    ///   "name": "llama3.1:8b", "size": "4.92GB", "family": "llama",
    ///   "parameter_size": "8.0B", "quantization": "Q4_K_M",
    ///   "layers": 32, "embedding": 4096, "heads": 32, "kv_heads": 8, "context": 131072,
    ///   "capabilities": ["completion", "tools"]
    /// }]}
    /// ```
    /// `name`, `size`, `layers`, `embedding`, `heads`, `kv_heads` and `context` are required. `size` is a number of
    /// bytes or a text with `kB`, `MB`, `GB` (powers of ten), `KiB`, `MiB` or `GiB` (powers of two). The others have
    /// defaults: `head_length` (embedding / heads), `vocabulary`, `feed_forward`, `sliding_window`, `global_every`,
    /// `family` (`llama`), `parameter_size` and `parameters_billion` (from the size), `quantization` (`Q4_K_M`),
    /// `capabilities` (`["completion"]`), `active_share` (1), `installed` (true), `weights` (the name), `digest`,
    /// `parameters` (an object: option to text, number or list), `system`, `template`,
    /// `defect` (`truncated`, `garbage` or `missing`).
    ///
    /// - Throws: ``SimulatorError`` that lists every fault of the text.
    public init(text: String) throws { models = try CatalogueReader.models(in: text) }

    /// The model with this name, in any spelling that the server accepts.
    func model(named name: ModelName) -> SimulatedModel? {
        models.first { ModelName($0.name).key == name.key }
    }
}
