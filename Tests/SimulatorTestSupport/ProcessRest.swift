import Foundation

/// Whether this process has anything to do but wait.
enum ProcessRest {
    /// Blocks the thread until all others have been seen asleep several times in a row.
    ///
    /// A thread that may run and gets no processor is not asleep, so this holds at any load of the machine. When the
    /// process does not come to rest because something in it turns in a circle, a second has to do.
    static func wait() {
        let own = ownThread
        var calm = 0
        let end = ContinuousClock.now + .seconds(1)
        while calm < 3, ContinuousClock.now < end {
            usleep(100)
            calm = othersSleep(own) ? calm + 1 : 0
        }
    }

    #if os(Linux)
        private static var ownThread: String {
            let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")
            return path?.split(separator: "/").last.map(String.init) ?? ""
        }

        private static func othersSleep(_ own: String) -> Bool {
            guard let threads = opendir("/proc/self/task") else { return true }
            defer { closedir(threads) }
            while let entry = readdir(threads) {
                let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                }
                if !name.hasPrefix("."), name != own, isBusy(thread: name) { return false }
            }
            return true
        }

        private static func isBusy(thread: String) -> Bool {
            let file = open("/proc/self/task/\(thread)/stat", O_RDONLY)
            guard file >= 0 else { return false }
            defer { close(file) }
            var bytes = [UInt8](repeating: 0, count: 128)
            let count = read(file, &bytes, bytes.count)
            // The name, which may hold anything, stands in parentheses before the state.
            guard count > 0, let end = bytes[..<count].lastIndex(of: UInt8(ascii: ")")), end + 2 < count else {
                return false
            }
            return bytes[end + 2] == UInt8(ascii: "R") || bytes[end + 2] == UInt8(ascii: "D")
        }
    #else
        // Nothing tells of the other threads: they get the time that they need on a machine at rest.
        private static let ownThread = ""

        private static func othersSleep(_ own: String) -> Bool {
            usleep(3000)
            return true
        }
    #endif
}
