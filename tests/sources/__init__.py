"""Streams that need no server: how their URLs are read, and what their records become."""
