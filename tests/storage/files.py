"""The files that a run covers: their names, and how many row groups each has."""

FILES = (("a", 3), ("b", 1))
