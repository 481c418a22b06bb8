import Foundation

/// The folder in which every run that lives has a socket, named after the run.
public struct RunSocketFolder: Equatable, Sendable {
    /// The folder that was asked for.
    public let path: String
    /// Where the sockets of this folder lie: the folder itself, or one with a short path in its place.
    public let place: String

    /// The longest path that a socket can have, in bytes.
    static let longestPath = UnixSocket.longestPath
    private static let suffix = ".sock"
    /// The longest name of a socket in the folder.
    private static let longestName = 32

    /// A folder; it is made when the first run begins.
    /// - Parameter path: where it is to be. A path that is too long for a socket is replaced by one under `/tmp` that
    ///   every program of the same user finds.
    public init(path: String) {
        self.path = path
        place = path.utf8.count + 1 + Self.longestName > Self.longestPath ? Self.shortPlace(for: path) : path
    }

    /// Where the socket of a run lies.
    public func socket(of run: String) -> String {
        let plain = run.utf8.map { byte -> Character in
            let isPlain =
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 45
            return isPlain ? Character(UnicodeScalar(byte)) : "_"
        }
        return "\(place)/\(String(plain.prefix(Self.longestName - Self.suffix.count)))\(Self.suffix)"
    }

    /// The runs that have a socket, the newest first; those of runs that died may be among them.
    func runs() -> [(run: String, began: Date)] {
        let files = FileManager.default
        let names = (try? files.contentsOfDirectory(atPath: place)) ?? []
        return names.filter { $0.hasSuffix(Self.suffix) }.map { name in
            let attributes = try? files.attributesOfItem(atPath: "\(place)/\(name)")
            let began = attributes?[.modificationDate] as? Date ?? .distantPast
            return (String(name.dropLast(Self.suffix.count)), began)
        }
        .sorted { $0.began > $1.began }
    }

    /// Makes the folder, for its owner alone, and removes what runs that died have left in it.
    /// - Throws: `RunSocketFault`.
    func prepare() throws {
        let files = FileManager.default
        do {
            try files.createDirectory(
                atPath: place, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw RunSocketFault.failed("the folder \(place) cannot be made")
        }
        // Under /tmp somebody else could have made it, to read along.
        var status = stat()
        guard lstat(place, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == getuid() else {
            throw RunSocketFault.failed("the folder \(place) belongs to somebody else")
        }
        if status.st_mode & 0o077 != 0 { chmod(place, 0o700) }
        for (run, _) in runs() where UnixSocket.isDead(socket(of: run)) { unlink(socket(of: run)) }
    }

    private static func shortPlace(for path: String) -> String {
        // FNV-1a: the same in every process, unlike Swift's own hashes.
        let hash = path.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
        return "/tmp/promptchain-\(getuid())-\(String(hash, radix: 16))"
    }
}

/// Why a run cannot be listened to.
public enum RunSocketFault: Error, Equatable, Sendable {
    /// Nobody answers: the run's process has ended.
    case dead
    /// Its process is there and says nothing.
    case silent
    /// Something else is in the way, in words.
    case failed(String)
}
