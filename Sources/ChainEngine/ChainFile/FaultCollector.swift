import PromptChainCore
import Yams

/// Collects what is wrong with a file while it is read on to its end.
final class FaultCollector {
    let source: SourceText
    private var faults: [FileFault] = []

    init(source: SourceText) {
        self.source = source
    }

    /// Notes a fault at a place.
    func add(_ message: String, at mark: SourcePlace?, hint: String? = nil, severity: FileFault.Severity = .error) {
        let fault = FileFault(
            file: source.file, line: mark?.line ?? 0, column: mark?.column ?? 0, severity: severity, message: message,
            hint: hint)
        if !faults.contains(fault) { faults.append(fault) }
    }

    /// All faults in the order of their places.
    var sorted: [FileFault] {
        faults.enumerated()
            .sorted { ($0.element.line, $0.element.column, $0.offset) < ($1.element.line, $1.element.column, $1.offset) }
            .map(\.element)
    }
}
