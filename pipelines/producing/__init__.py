"""Traffic of a network that lives, for trials and load: what its users do, and what goes wrong on the way.

The same seed makes the same lines, but for times.
"""
