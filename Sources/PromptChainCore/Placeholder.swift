// Sources of the target PromptChainCore.
