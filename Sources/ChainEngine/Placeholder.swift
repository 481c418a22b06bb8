// Sources of the target ChainEngine.
