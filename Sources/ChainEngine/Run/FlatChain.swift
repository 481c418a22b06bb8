import Foundation
import ModelManagement
import PromptChainCore

/// A chain with the chains in it unfolded: every step that does something stands in one row, in which it is numbered,
/// planned for and shown.
struct FlatChain: Equatable, Sendable {
    /// A place in the order of the steps.
    indirect enum Node: Equatable, Sendable {
        /// A step, by its index in the row.
        case step(Int)
        /// A chain that is a step of another.
        case group(Group)

        /// The indices of its steps in the row.
        var indices: Range<Int> {
            switch self {
            case .step(let index): index..<index + 1
            case .group(let group): group.indices
            }
        }
    }

    /// A chain that is a step of another.
    struct Group: Equatable, Sendable {
        /// The step that it is.
        var step: ChainStep
        /// Its name in the row.
        var name: String
        /// Its steps.
        var nodes: [Node]
        /// The indices of its steps in the row.
        var indices: Range<Int>
    }

    /// What stands between the name of a chain and that of a step of it.
    static let separator = " › "

    /// The chain with all steps in one row, named by the way that leads to them.
    var chain: Chain
    /// The steps in the order in which they are done.
    var nodes: [Node] = []
    /// The names of the row's steps in their own chains, by which these refer to them.
    var localNames: [String] = []

    init(_ chain: Chain) {
        self.chain = chain
        self.chain.steps = []
        self.chain.breakers = []
        nodes = unfold(chain, under: nil)
        separateTools(of: chain)
    }

    private mutating func unfold(_ source: Chain, under prefix: String?) -> [Node] {
        func path(_ name: String) -> String { prefix.map { $0 + Self.separator + name } ?? name }
        let tools = prefix.map { _ in takeTools(of: source) }
        let nodes = source.steps.map { step -> Node in
            guard case .chain(let inner) = step.action else {
                var flat = step
                flat.name = path(step.name)
                if prefix != nil { flat.call?.takeOver(source) }
                if let tools { flat.useTools(tools) }
                chain.steps.append(flat)
                localNames.append(step.name)
                return .step(chain.steps.count - 1)
            }
            let first = chain.steps.count
            let nodes = unfold(inner, under: path(step.name))
            return .group(
                Group(step: step, name: path(step.name), nodes: nodes, indices: first..<chain.steps.count))
        }
        chain.breakers += source.breakers.map { rule in
            var rule = rule
            // A rule of an inner chain sees that chain's steps alone.
            if prefix != nil || rule.steps != nil {
                let names = rule.steps ?? source.steps.map(\.name)
                rule.steps = names.map(path).flatMap { name in
                    nodes.first { self.name(of: $0) == name }.map { $0.indices.map { chain.steps[$0].name } } ?? [name]
                }
            }
            if case .jump(let step, let limit) = rule.action { rule.action = .jump(step: path(step), limit: limit) }
            return rule
        }
        return nodes
    }

    /// The name of a place in the row.
    func name(of node: Node) -> String {
        switch node {
        case .step(let index): chain.steps[index].name
        case .group(let group): group.name
        }
    }

    /// All places, an inner chain before its steps.
    var allNodes: [Node] { Self.all(nodes) }

    private static func all(_ nodes: [Node]) -> [Node] {
        nodes.flatMap { node -> [Node] in
            if case .group(let group) = node { [node] + all(group.nodes) } else { [node] }
        }
    }

    /// The place that a name means: the whole way that leads to it, or the end of that. Of several the outermost, and of
    /// those the first.
    func node(named name: String) -> Node? {
        func depth(_ node: Node) -> Int { self.name(of: node).components(separatedBy: Self.separator).count }
        let named = allNodes.filter { node in
            let way = self.name(of: node)
            return way == name || way.hasSuffix(Self.separator + name)
        }
        return named.first { self.name(of: $0) == name } ?? named.min { depth($0) < depth($1) }
    }

    /// The name of a place in its own chain.
    func localName(of node: Node) -> String {
        switch node {
        case .step(let index): localNames[index]
        case .group(let group): group.step.name
        }
    }
}

extension ModelCall {
    // What an inner chain says of all its models holds for each of them.
    fileprivate mutating func takeOver(_ chain: Chain) {
        if context == nil, chain.context != .serverDefault { context = chain.context }
        if server == nil { server = chain.management.baseURL }
    }
}
