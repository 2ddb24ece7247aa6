"""Runs and releases: what is published, who sees it, and what becomes of it when a run dies or meets another."""
