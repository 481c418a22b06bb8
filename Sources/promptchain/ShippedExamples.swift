// Made from examples/ by .ci/embed.py; do not edit.

// swift-format-ignore-file

/// The examples that are compiled in, as they stand in `examples/`.
enum ShippedExamples {
    /// File names and texts, sorted by name.
    static let files: [(name: String, text: String)] = [
        (
            "parallel-lists.yaml",
            ##"""
        # The same chain as research.yaml, written as two lists: the first model gets the first instruction, and so on.
        name: Research brief, as lists
        model_management: {enabled: true, provider: ollama, timeout: 30, max_retries: 3, verbose: true}
        auto_unload_models: true
        models:
          - ollama/mistral-small:22b
          - {name: "ollama/deepseek-r1:70b", params: {timeout: 1800}}
          - ollama/mistral-small:22b
        instructions:
          - "Quick analysis: {input}"
          - "Deep reasoning: {input}"
          - "Final summary: {input}"

        """##
        ),
        (
            "research.yaml",
            ##"""
        # Two models that do not fit in VRAM together: a small one reads and sums up, a large one reasons in between.
        #
        #   promptchain run examples/research.yaml --input "Does a heat pump pay off in a house from 1960?"
        name: Research brief
        model_management: {enabled: true, provider: ollama}
        policy: same-model
        context: 4096
        steps:
          - name: Quick analysis
            model: ollama/mistral-small:22b
            instruction: |
              Name the three questions that decide this, in one line each:

              {input}
            params: {temperature: 0.2, timeout: 30m}
          - name: Deep reasoning
            model: ollama/deepseek-r1:70b
            instruction: |
              Answer these questions one after another, with reasons:

              {steps.Quick analysis}

              They are about: {initial}
            params: {timeout: 30m}
          - name: Final summary
            model: ollama/mistral-small:22b
            instruction: "Sum this up in five sentences for somebody in a hurry:\n\n{input}"
            params: {temperature: 0.2, timeout: 30m}

        """##
        ),
    ]
}
