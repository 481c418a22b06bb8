import Foundation
import ModelManagement
import PromptChainCore
import Synchronization

/// Reads what a program writes for as long as it runs, such as `journalctl --follow`.
///
/// The program runs in a process group of its own and has none of our descriptors. A shell stands between it and us and waits
/// on its standard input: when that ends, because we close it or are gone ourselves in whatever way, it ends the program.
final class ProgramTail: LogTail {
    /// What is read at a time, in bytes.
    static let most = 1 << 20
    /// How long it may take to end before it is made to, in seconds.
    static let grace = 2.0

    // The program gets no input, and the shell lets go of the output, so that its end is the program's.
    private static let guardian =
        #""$@" </dev/null & child=$!; exec >/dev/null 2>&1; read -r _; kill "$child"; wait "$child""#

    private struct State {
        var process: pid_t = 0
        var output: Int32 = -1
        var leash: Int32 = -1
        var lines = LineCutter.forLogs
        var isFirst = true
        var fault: String?
    }

    private let name: String
    private let state = Mutex(State())

    /// Starts a program.
    /// - Parameter words: the program, looked for in `PATH`, and its arguments.
    init(words: [String]) {
        name = words.first ?? ""
        state.withLock { state in
            state.fault = Self.start(words, &state)
        }
    }

    deinit { close() }

    /// The number of the process that was started; 0 when none is there any more.
    var process: pid_t { state.withLock { $0.process } }

    func read() -> LogBatch {
        state.withLock { state in
            guard state.output >= 0 else {
                defer { state.fault = nil }
                return LogBatch(fault: state.fault, isOver: true)
            }
            var batch = LogBatch()
            // What was in the journal before comes with its own times, and at once.
            if state.isFirst { batch.past = Date() }
            var buffer = [UInt8](repeating: 0, count: 64 * 1024)
            var total = 0
            while total < Self.most {
                let count = Foundation.read(state.output, &buffer, buffer.count)
                if count > 0 {
                    total += count
                    batch.lines += state.lines.feed(Array(buffer[..<count])).compactMap(\.self)
                    state.isFirst = false
                } else if count < 0, errno == EINTR {
                    continue
                } else {
                    if count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK) {
                        if let last = state.lines.finish() { batch.lines.append(last) }
                        batch.isOver = true
                        if let status = Self.end(&state), status != 0 {
                            batch.fault = "\(name) ended with status \(status)"
                        }
                    }
                    return batch
                }
            }
            batch.hasMore = true
            return batch
        }
    }

    func close() {
        state.withLock { _ = Self.end(&$0) }
    }

    // MARK: - Its life

    #if canImport(Darwin)
        private typealias Actions = posix_spawn_file_actions_t?
    #else
        private typealias Actions = posix_spawn_file_actions_t
    #endif

    private static func start(_ words: [String], _ state: inout State) -> String? {
        var input: [Int32] = [-1, -1]
        var output: [Int32] = [-1, -1]
        guard Self.openPipe(&input) == 0 else { return "\(words[0]) cannot be started: \(errorText(errno))" }
        guard Self.openPipe(&output) == 0 else {
            let reason = errno
            input.forEach { _ = Foundation.close($0) }
            return "\(words[0]) cannot be started: \(errorText(reason))"
        }
        _ = fcntl(output[0], F_SETFL, O_NONBLOCK)
        var process: pid_t = 0
        let failure = spawn(["sh", "-c", guardian, "sh"] + words, input: input[0], output: output[1], &process)
        _ = Foundation.close(input[0])
        _ = Foundation.close(output[1])
        guard failure == 0 else {
            _ = Foundation.close(input[1])
            _ = Foundation.close(output[0])
            return "\(words[0]) cannot be started: \(errorText(failure))"
        }
        state.process = process
        state.output = output[0]
        state.leash = input[1]
        return nil
    }

    private static func spawn(_ words: [String], input: Int32, output: Int32, _ process: inout pid_t) -> Int32 {
        #if canImport(Darwin)
            var actions: Actions = nil
            var attributes: posix_spawnattr_t?
        #else
            var actions = Actions()
            var attributes = posix_spawnattr_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, output, 2)
        // Signals that we ignore or hold back are nothing to them.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for signal in [SIGPIPE, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP] { sigaddset(&signals, signal) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        var flags = Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETPGROUP)
        #if canImport(Darwin)
            flags |= Int32(POSIX_SPAWN_CLOEXEC_DEFAULT)
        #else
            closeOthers(&actions)
        #endif
        posix_spawnattr_setflags(&attributes, Int16(flags))
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        arguments.append(nil)
        defer { arguments.forEach { free($0) } }
        return posix_spawnp(&process, words[0], &actions, &attributes, &arguments, environ)
    }

    /// - Returns: the status with which the program ended; `nil` when it was made to.
    private static func end(_ state: inout State) -> Int32? {
        guard state.process > 0 else { return nil }
        if state.output >= 0 { _ = Foundation.close(state.output) }
        if state.leash >= 0 { _ = Foundation.close(state.leash) }
        state.output = -1
        state.leash = -1
        let process = state.process
        state.process = 0
        // Usually it is gone at once; the group goes with it, in which there is nothing but the program.
        var status: Int32 = 0
        var isGone = false
        for step in 0..<40 where !isGone {
            isGone = waitpid(process, &status, WNOHANG) != 0
            if !isGone { usleep(step < 20 ? 2_000 : UInt32(grace * 1e6 / 20)) }
        }
        kill(-process, SIGKILL)
        if !isGone { waitpid(process, &status, 0) }
        // The lower seven bits name the signal that ended it.
        return isGone && status & 0x7F == 0 ? status >> 8 & 0xFF : nil
    }

    private static func openPipe(_ ends: inout [Int32]) -> Int32 {
        let result = pipe(&ends)
        for descriptor in ends where result == 0 { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        return result
    }

    // Some of what libraries have open may be meant for no other program, and not say so.
    private static func closeOthers(_ actions: inout Actions) {
        let open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        for descriptor in open.compactMap({ Int32($0) }) where descriptor > 2 {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }
    }

    private static func errorText(_ number: Int32) -> String { String(cString: strerror(number)) }
}
