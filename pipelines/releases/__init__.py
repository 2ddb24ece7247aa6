"""Releases: the records that make all views of one state visible at once."""
