"""Newsfeed Pipelines: newsfeeds and per-user views as pure functions of an append-only event log."""

__version__ = "0.1.0"
