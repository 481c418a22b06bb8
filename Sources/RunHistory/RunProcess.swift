import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Whether the process of a run still lives.
public enum RunLiveness: Equatable, Sendable {
    /// The run has ended.
    case ended
    /// Its process lives.
    case running
    /// Its process is gone, and wrote no end.
    case died
    /// It runs on another host, or did: that cannot be seen from here.
    case elsewhere
}

/// A process, told from every other that had or will have its number.
public enum RunProcess {
    /// The name of this host.
    public static var host: String { ProcessInfo.processInfo.hostName }

    /// When a process began, as this host tells it; `nil` when there is none of this number, or it cannot be known.
    public static func start(of process: Int32) -> String? {
        #if os(Linux)
            // The 22nd field; the name before it stands in brackets and may hold anything.
            guard let data = FileManager.default.contents(atPath: "/proc/\(process)/stat") else { return nil }
            let text = String(decoding: data, as: UTF8.self)
            guard let bracket = text.lastIndex(of: ")") else { return nil }
            let fields = text[bracket...].split(separator: " ")
            guard fields.count > 20, fields[1] != "Z" else { return nil }
            return "\(boot)/\(fields[20])"
        #else
            var name = [CTL_KERN, KERN_PROC, KERN_PROC_PID, process]
            var info = kinfo_proc()
            var size = MemoryLayout<kinfo_proc>.stride
            guard sysctl(&name, 4, &info, &size, nil, 0) == 0, size > 0 else { return nil }
            let start = info.kp_proc.p_starttime
            return "\(start.tv_sec).\(start.tv_usec)"
        #endif
    }

    #if os(Linux)
        private static let boot: String = {
            let data = FileManager.default.contents(atPath: "/proc/sys/kernel/random/boot_id") ?? Data()
            return String(decoding: data, as: UTF8.self).prefix { !$0.isWhitespace }.description
        }()
    #endif
}

extension RecordedRun {
    /// Whether its process still lives.
    public var liveness: RunLiveness {
        if status != nil { return .ended }
        guard host == RunProcess.host else { return .elsewhere }
        guard let start = RunProcess.start(of: processID) else { return .died }
        return processStart == nil || processStart == start ? .running : .died
    }
}
