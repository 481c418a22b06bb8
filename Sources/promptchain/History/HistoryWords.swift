import Foundation
import PromptChainCore
import RunHistory

/// How runs of the history are told.
enum HistoryWords {
    /// How a run stands, in one word for JSON.
    static func status(_ run: RecordedRun) -> String {
        if let status = run.status { return status.rawValue }
        return switch run.liveness {
        case .running, .ended: "running"
        case .died: "died"
        case .elsewhere: "elsewhere"
        }
    }

    /// How a run stands, for people.
    static func state(_ run: RecordedRun) -> String {
        switch run.status {
        case .completed?: "completed"
        case .broken?: "ended by a rule"
        case .failed?: "failed"
        case .cancelled?: "cancelled"
        case nil: run.liveness == .elsewhere ? "on \(run.host)" : status(run)
        }
    }

    /// A time as people here read it: `2026-11-24 08:12`, in the zone of this machine.
    static func time(_ date: Date, seconds: Bool = false) -> String {
        let calendar = Calendar.current
        let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date)
        func two(_ value: Int?) -> String { (value ?? 0) < 10 ? "0\(value ?? 0)" : "\(value ?? 0)" }
        let minute = "\(parts.year ?? 0)-\(two(parts.month))-\(two(parts.day)) \(two(parts.hour)):\(two(parts.minute))"
        return seconds ? minute + ":\(two(parts.second))" : minute
    }
}
