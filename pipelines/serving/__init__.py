"""Serving: events in over HTTP, and answers out of a release."""
