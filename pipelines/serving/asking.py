"""What is asked of the server, as all routes that read have it, and how it comes to its answer."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import Response

from pipelines.serving.parameters import AFTER, IDS, RELEASE, WAIT
from pipelines.serving.replies import Busy, etag_of, has_any, shaped, told, unchanged
from pipelines.stores.base import Snapshot

if TYPE_CHECKING:
    from pipelines.serving.covering import Covering
    from pipelines.serving.reading import Reading

AT_ONCE = 2
WAITING, QUEUE = 50, 10
"""How many answers are made of files at once, each of which may read much; how many may wait for a release; and how
many times as many may wait for that."""


Question = Callable[[Snapshot], dict[str, Any]]


@dataclass
class Asked:
    """A question to a release."""

    request: Request

    @cached_property
    def release(self) -> int | None:
        """The number of the release that is asked for, None for what is served. Raises UsageError."""
        number: int | None = RELEASE.of(self.request)
        return number

    @cached_property
    def ids(self) -> str:
        """How ids are written. Raises UsageError."""
        return str(IDS.of(self.request))

    @property
    def reading(self) -> "Reading":
        """From where the server reads."""
        reading: Reading = self.request.app.state.reading
        return reading

    async def answer(self, question: Question, *, is_quick: bool = True) -> Response:
        """The answer to a question, or that it is unchanged. Raises UnknownEvent, NotCovered."""
        after, wait = AFTER.of(self.request), WAIT.of(self.request)
        if after is not None:
            covering: Covering = self.request.app.state.covering
            await to_thread.run_sync(covering.wait, after, wait, limiter=self._slots("waiting", WAITING))
        if is_quick and self.reading.is_quick and self.release is None:
            return self._answer(question)
        return await to_thread.run_sync(self._answer, question)

    async def answer_of_files(self, question: Callable[[], Any]) -> Response:
        """The answer to a question to the lake, which may read much of it."""
        return self.told(await self.of_files(question))

    async def of_files(self, question: Callable[[], Any]) -> Any:
        """The facts that answer it."""
        slots = self.request.app.state.slots = getattr(self.request.app.state, "slots", None) or CapacityLimiter(
            AT_ONCE
        )
        return await to_thread.run_sync(question, limiter=slots)

    def _slots(self, name: str, most: int) -> CapacityLimiter:
        """So many may do something at once. Raises Busy where as many again wait for that."""
        limiters: dict[str, CapacityLimiter] = self.request.app.state.limiters
        if name not in limiters:
            limiters[name] = CapacityLimiter(most)
        if limiters[name].statistics().tasks_waiting >= QUEUE * most:
            raise Busy("too much is asked at once: try again in a second")
        return limiters[name]

    def told(self, facts: Any, etag: str | None = None) -> Response:
        """Facts as they are asked for."""
        return told(self.request, shaped(facts, ids_as_strings=self.ids == "strings"), etag=etag)

    def _answer(self, question: Question) -> Response:
        def ask(views: Snapshot) -> Response:
            stored = views.stored
            etag = etag_of(stored, self.ids)
            same = unchanged(self.request, etag)
            if same is not None and not has_any(self.request):
                return same
            answer = self.told({"release": stored.release} | question(views), etag)
            return same or answer

        answer: Response = self.reading.ask(ask, self.release)
        return answer
