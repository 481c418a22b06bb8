import Foundation

/// A refusal of the system.
struct SystemError: Error, CustomStringConvertible {
    /// The system's error number.
    var code: Int32
    var description: String { String(cString: strerror(code)).lowercased() }
}
