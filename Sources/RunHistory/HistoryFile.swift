import Foundation
import GRDB

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Why the history database cannot be used as it should.
enum HistoryFailure: Error, Equatable {
    /// A newer version of the program has changed its tables.
    case newer
    /// It cannot be opened.
    case unusable(String)
}

/// The file of the history database: found or made, brought to the newest tables, and set aside when it is corrupt.
/// Everything here blocks.
struct HistoryFile: Sendable {
    /// An open database.
    struct Connection: Sendable {
        /// The database.
        var queue: DatabaseQueue
        /// Whether nothing can be written.
        var isReadOnly = false
        /// Where a corrupt file was moved, if there was one.
        var setAside: String?
    }

    /// The file's path.
    let path: String
    /// How long to wait for another program that writes, in seconds.
    var busySeconds = 5.0

    /// Opens the database, or begins a new one.
    /// - Parameters:
    ///   - now: names a file that is set aside.
    ///   - setsAside: whether a corrupt file is moved away and a new one begun; whoever only reads leaves it.
    ///   - check: reads what is needed; a corrupt file often shows only then.
    /// - Throws: `HistoryFailure`, `DatabaseError`.
    func open(now: Date, setsAside: Bool = true, check: (Database) throws -> Void) throws -> Connection {
        let files = FileManager.default
        var isFolder: ObjCBool = false
        if files.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
            throw HistoryFailure.unusable("it is a folder")
        }
        try? files.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        // Two programs that begin at once would both make the tables, or both set the file aside.
        return try whileAlone {
            do {
                return try connect(check)
            } catch let error as DatabaseError where setsAside && Self.isCorruption(error) {
                let place = try setAside(now: now)
                var connection = try connect(check)
                connection.setAside = place
                return connection
            } catch let error as DatabaseError where Self.isRefusal(error) {
                return try connectSomehow(check, error)
            }
        }
    }

    /// Whether an error means that the file is no sound database.
    static func isCorruption(_ error: DatabaseError) -> Bool {
        [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode.primaryResultCode)
    }

    private static func isRefusal(_ error: DatabaseError) -> Bool {
        [.SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_FULL, .SQLITE_IOERR]
            .contains(error.resultCode.primaryResultCode)
    }

    // The ways to open the file.
    private enum Access {
        /// With a log written ahead: readers and a writer do not wait for each other.
        case writeAhead
        /// With a plain journal, where programs can share no memory: everything is slower, and works.
        case plainJournal
        /// For what can be read alone.
        case reading
        /// For a file that nobody can write: a log written ahead is read without the memory that its readers share.
        case frozen

        var isReadOnly: Bool { self == .reading || self == .frozen }
    }

    /// Opens a file that has refused to be opened as usual.
    /// - Throws: the first refusal where nothing else helps either.
    private func connectSomehow(
        _ check: (Database) throws -> Void, _ refusal: DatabaseError
    ) throws -> Connection {
        if Self.lacksSharedMemory(refusal) { return try connect(check, .plainJournal) }
        do {
            return try connect(check, .reading)
        } catch let error as DatabaseError where error.resultCode.primaryResultCode == .SQLITE_CANTOPEN {
            guard access((path as NSString).deletingLastPathComponent, W_OK) != 0,
                let frozen = try? connect(check, .frozen)
            else { throw error }
            return frozen
        }
    }

    private static func lacksSharedMemory(_ error: DatabaseError) -> Bool {
        [.SQLITE_IOERR_SHMOPEN, .SQLITE_IOERR_SHMSIZE, .SQLITE_IOERR_SHMLOCK, .SQLITE_IOERR_SHMMAP]
            .contains(error.extendedResultCode)
    }

    private func connect(_ check: (Database) throws -> Void, _ access: Access = .writeAhead) throws -> Connection {
        var configuration = Configuration()
        configuration.label = "promptchain.history"
        configuration.busyMode = .timeout(busySeconds)
        configuration.readonly = access.isReadOnly
        if !access.isReadOnly {
            configuration.prepareDatabase(access == .writeAhead ? Self.writeAhead : Self.journalPlainly)
            // Prompts and answers are nobody else's business.
            let descriptor = openPrivately(path, O_CREAT | O_EXCL | O_WRONLY)
            if descriptor >= 0 { close(descriptor) }
        }
        let place = access == .frozen ? "file://\(Self.escaped(path))?immutable=1" : path
        let queue = try DatabaseQueue(path: place, configuration: configuration)
        let migrator = HistorySchema.migrator
        if try queue.read(migrator.hasBeenSuperseded) { throw HistoryFailure.newer }
        if !access.isReadOnly { try migrator.migrate(queue) }
        try queue.read(check)
        return Connection(queue: queue, isReadOnly: access.isReadOnly)
    }

    // Some file systems say at once that programs can share no memory there, and keep the plain journal; of others it
    // shows when the memory is asked for. Who has found that out has left a plain journal: to try again would take the
    // file from other programs that have it open.
    private static func writeAhead(_ database: Database) throws {
        let isNew = try Int.fetchOne(database, sql: "PRAGMA page_count") == 0
        guard try isNew || String.fetchOne(database, sql: "PRAGMA journal_mode") == "wal" else { return }
        if try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL") == "wal" {
            try database.execute(sql: "PRAGMA synchronous = NORMAL")
        }
    }

    // A file whose log is written ahead can be opened without shared memory by one program alone; that one turns it back.
    private static func journalPlainly(_ database: Database) throws {
        for change in ["locking_mode = EXCLUSIVE", "journal_mode = DELETE", "locking_mode = NORMAL"] {
            _ = try String.fetchOne(database, sql: "PRAGMA \(change)")
        }
        // The lock is given back with the next reading.
        _ = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master")
    }

    // As SQLite reads an address: what stands behind a question mark are options.
    private static func escaped(_ path: String) -> String {
        path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? path
    }

    /// Renames the file, with what belongs to it, so that a new one can be begun.
    private func setAside(now: Date) throws -> String {
        let stamp = Int64(now.timeIntervalSince1970 * 1000)
        let place = "\(path).corrupt-\(stamp)"
        try FileManager.default.moveItem(atPath: path, toPath: place)
        for suffix in ["-wal", "-shm"] {
            try? FileManager.default.moveItem(atPath: path + suffix, toPath: place + suffix)
        }
        return place
    }

    // A lock that its holder's death frees. Where none can be had, as in a folder that cannot be written, nothing is
    // made or renamed either.
    private func whileAlone<Value>(_ work: () throws -> Value) rethrows -> Value {
        let descriptor = openPrivately(path + ".lock", O_CREAT | O_RDWR)
        guard descriptor >= 0 else { return try work() }
        defer { close(descriptor) }
        while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
        return try work()
    }
}

// A file for its owner alone, which no program that we start inherits. The descriptor, or −1.
private func openPrivately(_ path: String, _ flags: CInt) -> CInt { open(path, flags | O_CLOEXEC, 0o600) }
