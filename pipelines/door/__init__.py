"""The door: event lines decoded and validated, in a strict way and in a fast one that agree."""
