extension FlatChain {
    /// Takes the tool servers of an inner chain over. One whose name stands for another server already gets a number.
    /// - Returns: the names of the inner chain's servers in the row, by their own.
    mutating func takeTools(of inner: Chain) -> [String: String] {
        var names: [String: String] = [:]
        for server in inner.toolServers {
            var own = server
            var number = 2
            while let other = chain.toolServers.first(where: { $0.id == own.id }), other != own {
                own.id = "\(server.id)-\(number)"
                number += 1
            }
            if !chain.toolServers.contains(own) { chain.toolServers.append(own) }
            names[server.id] = own.id
        }
        return names
    }

    /// Keeps the tools of inner chains from the steps of the outermost one.
    mutating func separateTools(of outer: Chain) {
        guard chain.toolServers.count > outer.toolServers.count else { return }
        for index in chain.steps.indices where chain.steps[index].tools == nil {
            chain.steps[index].tools = outer.toolServers.map(\.id)
        }
    }
}

extension ChainStep {
    /// Lets a step of an inner chain use the tools of that chain alone.
    mutating func useTools(_ names: [String: String]) {
        tools = (tools ?? names.keys.sorted()).map { names[$0] ?? $0 }
    }
}
