/// The options that belong to a runner, not to a request: a difference makes the server reload the model.
struct RunnerOptions: Sendable, Equatable {
    /// The context that was asked for, not yet clamped to the model's maximum.
    var context: Int
    /// Whether nobody asked for a context.
    var isContextAutomatic: Bool
    /// `num_batch`; `nil` when the server chooses.
    var batch: Int?
    /// `num_gpu`: layers on the GPU; negative for as many as fit.
    var gpuLayers = -1
    /// `main_gpu`.
    var mainGPU: Int?
    /// `use_mmap`.
    var useMmap: Bool?
    /// `num_thread`.
    var threads = 0
    /// Whether the runner drops the oldest tokens when its context is full.
    var shiftsContext = true

    /// Options of a request that names none.
    init(context: Int, isContextAutomatic: Bool = true) {
        self.context = context
        self.isContextAutomatic = isContextAutomatic
    }

    /// Whether a runner with these options has to be reloaded for a request with other ones.
    func needsReload(for request: RunnerOptions, model: SimulatedModel) -> Bool {
        var mine = self
        var theirs = request
        mine.context = MemoryModel.effectiveContext(mine.context, model: model)
        theirs.context = MemoryModel.effectiveContext(theirs.context, model: model)
        if mine.isContextAutomatic, theirs.isContextAutomatic { theirs.context = mine.context }
        theirs.isContextAutomatic = mine.isContextAutomatic
        if mine.batch == nil || theirs.batch == nil, mine.batch ?? 512 == theirs.batch ?? 512 {
            theirs.batch = mine.batch
        }
        if theirs.useMmap == nil { theirs.useMmap = mine.useMmap }
        if theirs.gpuLayers < 0 {
            mine.gpuLayers = -1
            theirs.gpuLayers = -1
        }
        return mine != theirs
    }
}
