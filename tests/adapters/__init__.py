"""Adapters: foreign lines become event lines, or faults."""
