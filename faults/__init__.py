"""Faults, systematically: what a command meets at each of its file operations, what happens to each class of file.

After each, the same command ends in the state of the undisturbed one, readers in between saw one release, whole, and
what failed was told on one line.
"""

from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).parent.parent
