"""Intakes without HTTP, and landings of what they took."""

import json
import os
from functools import partial
from queue import SimpleQueue

from pipelines.landing.inbox import Inbox
from pipelines.landing.land import land
from pipelines.serving.intake.intake import Intake

OLDEST = 3600.0


def told_by(ask):
    """What is told by a function that is given whom to tell."""
    told = SimpleQueue()
    ask(told.put)
    found = told.get(timeout=60)
    if isinstance(found, Exception):
        raise found
    return found


class Taking:
    """An intake of a lake, which can die, and be there again."""

    def __init__(self, lake, engine, folder):
        self.lake, self.engine, self.folder = lake, engine, str(folder)
        self.intake = Intake(lake, self.folder, OLDEST)

    def take(self, *events, expected=None):
        """What became of a request with these events: its kind, ids and number of events."""
        body = b"\n".join(one if isinstance(one, bytes) else json.dumps(one).encode() for one in events)
        return told_by(partial(self.intake.take, body, expected))

    def kinds(self, *events, expected=None):
        return [one.kind.value for one in self.take(*events, expected=expected).events]

    def number(self, actor):
        return told_by(partial(self.intake.number_of, actor)).present

    def seal(self):
        self.intake._segments.seal()

    def die(self):
        """End as a process does that is killed: what is open stays open."""
        self.intake._looker.end()
        self.intake._writer.end()
        os.close(self.intake._segments._lock)

    def begin(self):
        self.intake = Intake(self.lake, self.folder, OLDEST)

    def land(self, **given):
        """Land what is sealed: the landing."""
        inbox = Inbox.at([self.folder], f"{self.folder}/done", 0.0)
        return inbox.land(partial(land, self.lake, self.engine, **given))[0]

    def land_without_moving(self):
        """Land what is sealed as a process that is killed between its commit and the move."""
        return land(self.lake, self.engine, [self.folder])
