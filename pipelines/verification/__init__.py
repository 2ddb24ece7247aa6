"""Verification: whether what is served is what the log says, and whether its files are what was written."""
