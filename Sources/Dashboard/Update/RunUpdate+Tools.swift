import PromptChainCore

extension RunUpdate {
    static func callTool(
        _ use: ChainEvent.ToolUse, in step: Int, item: Int?, at time: Double, _ run: inout LiveRun?
    ) {
        guard run?.steps.indices.contains(step &- 1) == true else { return }
        let call = ToolCallState(use: use, startedAt: time)
        run?.steps[step &- 1].add(call)
        run?.steps[step &- 1].note(.line("\(call.name) \(call.question)"), of: item, at: time)
    }

    static func finishTool(
        _ use: ChainEvent.ToolUse, in step: Int, item: Int?, seconds: Double, isError: Bool, output: String,
        at time: Double, _ run: inout LiveRun?
    ) {
        guard let tools = run?.steps.indices.contains(step &- 1) == true ? run?.steps[step &- 1].tools : nil else {
            return
        }
        let place = tools.lastIndex { $0.use.call == use.call && $0.use.tool == use.tool && $0.seconds == nil }
        if place == nil { callTool(use, in: step, item: item, at: time - seconds, &run) }
        guard let index = place ?? run?.steps[step &- 1].tools.indices.last else { return }
        run?.steps[step &- 1].tools[index].seconds = max(0, seconds)
        run?.steps[step &- 1].tools[index].isError = isError
        run?.steps[step &- 1].tools[index].output = String(output.prefix(2000))
        guard let call = run?.steps[step &- 1].tools[index] else { return }
        run?.steps[step &- 1].note(.text(" · \(call.outcome)", kind: .note), of: item, at: time)
    }

    static func keep(_ sent: ChainEvent.PromptSent, item: Int?, at time: Double, _ run: inout LiveRun?) {
        guard run?.steps.indices.contains(sent.step &- 1) == true else { return }
        run?.steps[sent.step &- 1].keep(sent, of: item, at: time)
    }
}
