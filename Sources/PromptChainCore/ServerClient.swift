/// A program that is connected to a server's port, as the kernel of the server's host shows it. This program itself is
/// never among them.
public struct ServerClient: Hashable, Sendable {
    /// The address that it is connected from.
    public var address: String
    /// Its number, when it runs on the server's host and can be found.
    public var processID: Int32?
    /// Its name, in the same case.
    public var name: String?
    /// How many connections it has open. Some clients keep them between two requests.
    public var connections: Int

    /// A client.
    public init(address: String, processID: Int32? = nil, name: String? = nil, connections: Int = 1) {
        self.address = address
        self.processID = processID
        self.name = name
        self.connections = connections
    }

    /// Who it is, for people: `python3 (4711)`, or its address.
    public var title: String {
        switch (name, processID) {
        case (let name?, let processID?): "\(name) (\(processID))"
        case (nil, let processID?): "process \(processID)"
        default: address
        }
    }
}

extension ServerClient: Encodable {
    private enum CodingKeys: String, CodingKey {
        case address, processID = "process_id", name, connections
    }

    /// Writes every key; what is unknown is `null`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(address, forKey: .address)
        try container.encode(processID, forKey: .processID)
        try container.encode(name, forKey: .name)
        try container.encode(connections, forKey: .connections)
    }
}
