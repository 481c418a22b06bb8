/// Chain files of the tests.
enum Chains {
    /// The models of a research chain do not fit in VRAM together.
    static let research = """
        name: Research
        model_management: {enabled: true}
        context: 4096
        steps:
          - {name: Quick, model: ollama/mistral-small:22b, instruction: "Analyse: {input}"}
          - {name: Deep, model: ollama/deepseek-r1:70b, instruction: "Reason about {steps.Quick}, for {initial}"}
          - {name: Final, model: ollama/mistral-small:22b, instruction: "Sum up: {input}"}
        """

    /// The same with a second model that does not think aloud, so that its first token is text.
    static let plainResearch = research.replacing("deepseek-r1:70b", with: "qwen2.5:32b")

    /// A chain of one step.
    static func oneStep(isManaged: Bool, model: String = "mistral:7b") -> String {
        """
        name: Short
        model_management: {enabled: \(isManaged)}
        steps:
          - {name: Only, model: "\(model)", instruction: "Say: {input}"}

        """
    }
}
