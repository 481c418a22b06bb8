// Sources of the target Terminal.
