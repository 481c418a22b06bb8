import PromptChainCore

/// The GPUs that a process may use, by what its environment says.
///
/// Sources: CUDA's documentation of `CUDA_VISIBLE_DEVICES` (numbers or identifiers that may be cut short; nothing after
/// the first entry that names no device counts; an empty value means none), and ROCm's of `ROCR_VISIBLE_DEVICES`,
/// `HIP_VISIBLE_DEVICES` and `GPU_DEVICE_ORDINAL`, which count likewise.
struct VisibleGPUs {
    private static let variables: [GPUReading.Vendor: [String]] = [
        .nvidia: ["CUDA_VISIBLE_DEVICES"],
        // HIP counts those that ROCR leaves.
        .amd: ["ROCR_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "GPU_DEVICE_ORDINAL"],
    ]

    var environment: [String: String]

    /// What is left of all GPUs of a host. Graphics inside the processor do not count beside a GPU with memory of its
    /// own: servers leave them alone, and their memory is the computer's.
    func among(_ gpus: [GPUReading]) -> [GPUReading] {
        var left = gpus
        for (vendor, names) in Self.variables {
            for name in names {
                guard let value = environment[name] else { continue }
                let own = left.filter { $0.vendor == vendor }
                let chosen = Self.choose(value, among: own)
                left = left.filter { $0.vendor != vendor } + chosen
            }
        }
        left = gpus.filter(left.contains)
        return left.contains { !$0.isUnified } ? left.filter { !$0.isUnified } : left
    }

    private static func choose(_ value: String, among gpus: [GPUReading]) -> [GPUReading] {
        var chosen: [GPUReading] = []
        for entry in value.split(separator: ",", omittingEmptySubsequences: false) {
            let word = entry.filter { $0 != " " }
            if let number = Int(word) {
                guard gpus.indices.contains(number) else { break }
                chosen.append(gpus[number])
            } else {
                // Identifiers that the driver did not tell decide nothing.
                if word.hasPrefix("GPU-"), gpus.allSatisfy({ $0.vendor == .amd || $0.identifier == nil }) {
                    return gpus
                }
                guard word.count > 4, let gpu = gpus.first(where: { $0.identifier?.hasPrefix(word) ?? false }) else {
                    break
                }
                chosen.append(gpu)
            }
        }
        return chosen
    }
}
