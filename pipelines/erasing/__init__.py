"""Erasing persons: what there is of them is found and taken away, from the log down to old files, under a record."""
