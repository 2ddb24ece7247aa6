"""Histories of events for tests: told in sentences, drawn at random, cut down to what fails."""

from .sentences import Event, History, User, micros
from .shrinking import shrink
from .trouble import TYPES, random_history

__all__ = ["TYPES", "Event", "History", "User", "micros", "random_history", "shrink"]
