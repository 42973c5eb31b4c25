"""Getting lists in: a clinic's files are read as they come, shown, checked by row, and loaded whole or not at all."""
