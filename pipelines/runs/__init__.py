"""Runs: from the log to the next release."""
