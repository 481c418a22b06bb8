// Sources of the target Dashboard.
