// Made from examples/ by .ci/embed.py; do not edit.

// swift-format-ignore-file

/// The examples that are compiled in, as they stand in `examples/`.
enum ShippedExamples {
    /// File names and texts, sorted by name.
    static let files: [(name: String, text: String)] = [
        (
            "agents.yaml",
            ##"""
        # Four agents with a model each, which do not fit into 24 GiB together. What each step needs next is known, so the next
        # model is loaded while the current one still writes, and what is needed again soon stays:
        #
        #   promptchain plan examples/agents.yaml --vram 24GiB --policy all
        #   promptchain run examples/agents.yaml --vram 24GiB --input "A command that finds duplicate photos in a folder"
        name: Agents
        model_management: {enabled: true, provider: ollama}
        policy: planned
        context: 4096
        steps:
          - name: Plan
            model: ollama/phi4:14b
            instruction: "Write a plan of at most seven steps for this small program:\n\n{input}"
          - name: Code
            model: ollama/qwen2.5-coder:7b
            instruction: "Write the program, in Python, after this plan:\n\n{input}"
          - name: Review
            model: ollama/mistral-small:22b
            instruction: |
              Review this program. List what is wrong or missing, the worst first:

              {input}

              It was asked for like this: {initial}
          - name: Repair
            model: ollama/qwen2.5-coder:7b
            instruction: |
              Here is a program:

              {steps.Code}

              Here is what a reviewer says of it:

              {steps.Review}

              Write the whole program again with every point mended.
          - name: Second review
            model: ollama/mistral-small:22b
            instruction: "Review this program once more, and say whether it can be used as it is:\n\n{input}"
          - name: Tests
            model: ollama/qwen2.5-coder:7b
            instruction: "Write tests for this program:\n\n{steps.Repair}"
          - name: Report
            model: ollama/phi4:14b
            instruction: |
              Tell the person who asked for “{initial}” in five sentences what was made and how far it can be trusted.
              The last review says:

              {steps.Second review}

        """##
        ),
        (
            "levels.yaml",
            ##"""
        # What can be said where: for the whole chain, for one model, for one step. The closer goes before the farther, and all of
        # it before the configuration of the program (configuration/config.yaml).
        #
        #   promptchain run examples/levels.yaml --input "Why is the sea salt?"
        name: Every level
        # For the chain.
        model_management: {enabled: true, provider: ollama, timeout: 30, max_retries: 3, verbose: true}
        auto_unload_models: true
        max_loaded_models: 2
        policy: same-model
        context: 4096
        steps:
          - name: Quick answer
            # For one model: a context of its own.
            model: {name: "ollama/llama3.1:8b", context: 8192}
            instruction: "Answer in two sentences: {input}"
            # For one step: how the model answers, and how long it may take.
            params: {temperature: 0.2, num_predict: 200, timeout: 5m}
          - name: Second opinion
            model: ollama/mistral-small:22b
            instruction: |
              Is this answer to “{initial}” right? Say what is missing:

              {input}
            params: {temperature: 0.7, timeout: 30m, max_retries: 5, stream: true}

        """##
        ),
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
        (
            "search-then-analyse.yaml",
            ##"""
        # A model searches with a tool, and a larger one that cannot call tools analyses what was found. The tool server is a
        # small Python program beside this file, which searches this project's documentation:
        #
        #   promptchain run examples/search-then-analyse.yaml --input "How is a model unloaded?"
        name: Search, then analyse
        model_management: {enabled: true, provider: ollama}
        auto_unload_models: true
        context: 4096
        mcp_servers:
          - {id: docs, type: stdio, command: python3, args: [search_server.py]}
        steps:
          - name: Search
            model: ollama/mistral-small:22b
            instruction: "Search the documentation, and quote what answers this question: {input}"
            tools: [docs]
          - name: Analysis
            model: ollama/deepseek-r1:70b
            instruction: |
              Analyse what was found, and answer the question “{initial}”:

              {input}
            params: {timeout: 30m}
            tools: []

        """##
        ),
    ]
}
