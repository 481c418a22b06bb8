// Sources of the target ModelManagement.
