import PromptChainCore

/// The items of a step: what is to be done, and what is left out.
extension ChainRunner {
    /// What a step has to do, and what it leaves out. What is left out has its number among the items too.
    struct JobList {
        /// A frame for which the step's condition does not hold.
        struct Omission {
            /// The frame.
            var place: Int
            /// Its number among the items; `nil` where there is but one way.
            var item: Int?
            /// Why.
            var reason: String
        }

        var jobs: [Job] = []
        var leftOut: [Omission] = []
        /// How many items there are, with those that are left out.
        var items = 0
    }

    /// What a step has to do for every frame.
    func list(_ step: ChainStep, _ frames: [RunFrame]) async throws -> JobList {
        var list = JobList()
        for (place, frame) in frames.enumerated() {
            if let reason = await reasonToSkip(step, for: frame) {
                list.items += 1
                list.leftOut.append(.init(place: place, item: frame.item.map { _ in list.items }, reason: reason))
                continue
            }
            for text in try step.each.map({ try $0.items(of: frame.render($0.source)) }) ?? [frame.text] {
                list.items += 1
                var own = frame
                own.text = text
                if step.each != nil || frame.item != nil { own.item = list.items }
                list.jobs.append(Job(place: place, frame: own))
            }
        }
        return list
    }

    /// Tells what is left out, each under its number.
    func tell(_ omissions: [JobList.Omission], at index: Int) {
        for omission in omissions {
            Self.$item.withValue(omission.item) { emit(.stepSkipped(step: index + 1, reason: omission.reason)) }
        }
    }
}
