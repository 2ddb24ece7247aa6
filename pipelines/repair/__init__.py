"""Repair: what is damaged below a root is found, and made again from the log where it can be."""
