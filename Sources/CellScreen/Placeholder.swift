// Sources of the target CellScreen.
