"""Streams: real brokers, and what lands from them."""
