"""The ways in which alice, the reader, and another are hidden from one another."""

HIDES = ("alice blocks", "alice mutes", "blocks alice")


def hides(way, alice, other, undo=""):
    """Hides alice and another from one another in one of the ways, or undoes it."""
    by, verb, whom = (other, "blocks", alice) if way == "blocks alice" else (alice, way.split()[1], other)
    getattr(by, undo + verb)(whom)
