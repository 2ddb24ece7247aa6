"""Housekeeping of a lake: small files compacted, releases expired, what nothing needs any more taken away."""
