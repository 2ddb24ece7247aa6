"""What the views mean, in plain Python: small, slow, and sharing no code with the pipeline."""

from .facts import Event, micros
from .feeds import Policy
from .views import VIEWS, views

__all__ = ["VIEWS", "Event", "Policy", "micros", "views"]
