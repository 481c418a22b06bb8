// Sources of the target OllamaSimulator.
