"""Showing: facts as a page, by a template in which whatever users wrote is text and nothing else."""

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
from anyio import to_thread
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from pipelines.serving.asking import Asked
from pipelines.serving.page.acting import new_id
from pipelines.serving.page.signing import PREFIX, Visitor
from pipelines.serving.page.words import NOTICES, sentence
from pipelines.serving.parameters import LIMIT, RELEASE
from pipelines.stores.base import Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

    Question = Callable[[Snapshot], dict[str, Any]]

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {"Content-Security-Policy": POLICY, "Cache-Control": "private, no-store"}
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def legible(text: str) -> str:
    """A text whose control characters are shown, as signs of that there are some; tabs and ends of lines stay."""
    return CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))


def when(time: datetime) -> Markup:
    """A time for people and for programs."""
    at = time.astimezone(UTC)
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(), at.strftime("%Y-%m-%d %H:%M:%S UTC"))


def age(time: datetime) -> str:
    """How long ago a time is, in its largest unit."""
    seconds = max(0, int((datetime.now(UTC) - time).total_seconds()))
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length:
            return f"{_counted(seconds // length, unit)} ago"
    return f"{_counted(seconds, 'second')} ago"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _environment() -> Environment:
    found = Environment(
        loader=PackageLoader("pipelines.serving.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {"legible": legible, "when": when, "age": age, "counted": _counted, "sentence": sentence}
    found.globals |= {"NOTICES": NOTICES, "new_id": new_id}
    return found


_templates = _environment()


def page(template: str, code: int = 200, /, **facts: Any) -> Response:
    """A page of facts."""
    given = {"takes": False, "enters": False, "visitor": Visitor(), **facts}
    text = _templates.get_template(template).render(given)
    return Response(text.encode("utf-8", "replace"), code, HEADERS, "text/html; charset=utf-8")


def context_of(request: Request) -> dict[str, Any]:
    """What all pages say: whether one signs in, whether events are taken, and who looks."""
    state = request.app.state
    enters, takes = bool(state.safety.tokens), state.intake is not None
    return {"enters": enters, "takes": takes, "visitor": Visitor.of(request.cookies)}


async def shown(
    request: Request, template: str, question: "Question", *, is_quick: bool = True, **more: Any
) -> Response:
    """The page of what a release answers."""
    asked, given = Asked(request), request.query_params
    same = {name: given[name] for name in (LIMIT.name, RELEASE.name) if name in given}

    def ask(views: Snapshot) -> Response:
        facts = {"release": views.stored.release, "same": same, **question(views)}
        return page(template, **context_of(request), **facts, **more)

    def answer() -> Response:
        found: Response = asked.reading.ask(ask, asked.release)
        return found

    is_now = is_quick and asked.reading.is_quick and asked.release is None
    return answer() if is_now else await to_thread.run_sync(answer)


def for_path(path: str, answer: Response) -> Response:
    """What is said of a fault, as a page where a page was asked for."""
    if not path.startswith(PREFIX):
        return answer
    told = msgspec.json.decode(bytes(answer.body))
    found = page("fault.html", answer.status_code, message=told["error"], status=answer.status_code)
    for name in ("retry-after", "www-authenticate"):
        if name in answer.headers:
            found.headers[name] = answer.headers[name]
    return found
