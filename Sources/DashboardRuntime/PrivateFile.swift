import Foundation

/// A new file that nobody else can read, and that programs which are started do not inherit.
enum PrivateFile {
    /// Makes one, open for reading and writing.
    /// - Parameter path: what its name begins with.
    /// - Throws: `SystemError`.
    static func make(beside path: String) throws -> (file: Int32, path: String) {
        var name = Array((path + ".XXXXXX").utf8CString)
        let file = mkstemp(&name)
        guard file >= 0 else { throw SystemError(code: errno) }
        _ = fcntl(file, F_SETFD, FD_CLOEXEC)
        return (file, String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
}
