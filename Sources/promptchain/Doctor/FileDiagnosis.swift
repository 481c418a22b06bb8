import Foundation
import ModelManagement
import PromptChainCore

/// Whether the folders that the program writes to can be written, and how much room there is.
struct FileDiagnosis {
    var directories: RuntimeDirectories

    var checks: [DoctorCheck] {
        let state = check(directories.state, what: "history and log", wantsRoom: true)
        guard directories.runtime != directories.state else { return [state] }
        return [state, check(directories.runtime, what: "locks and sockets", wantsRoom: false)]
    }

    private func check(_ folder: String, what: String, wantsRoom: Bool) -> DoctorCheck {
        // A folder that is not there yet is made with the first use; what counts is the one that it will lie in.
        var existing = folder
        while existing.count > 1, access(existing, F_OK) != 0 {
            existing = (existing as NSString).deletingLastPathComponent
        }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: existing, isDirectory: &isFolder), isFolder.boolValue,
            access(existing, W_OK) == 0
        else {
            return DoctorCheck(
                group: .files, level: .problem, message: "\(what): \(folder) cannot be written",
                hint: wantsRoom
                    ? "Make it yours with chown or chmod, or set XDG_STATE_HOME."
                    : "Make it yours with chown or chmod, or set XDG_RUNTIME_DIR. Until then chains in other programs "
                        + "are not known of.")
        }
        guard wantsRoom, let free = Self.freeBytes(existing) else {
            return DoctorCheck(group: .files, level: .fine, message: "\(what): \(folder)")
        }
        var check = DoctorCheck(
            group: .files, level: .fine, message: "\(what): \(folder), \(ByteCount.text(free)) free")
        if free < 1 << 30 {
            check.level = free < 100 << 20 ? .problem : .warning
            check.hint = "Make room on the disk: the history grows with every run (promptchain history prune)."
        }
        return check
    }

    private static func freeBytes(_ path: String) -> Int64? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        let (bytes, isLarge) = Int64(clamping: status.f_bavail).multipliedReportingOverflow(
            by: Int64(clamping: status.f_frsize))
        return isLarge ? nil : bytes
    }
}
