"""Parameters of requests: how each is read, and how it is described; quicker than by models of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from starlette.requests import Request

from pipelines.characters import printable
from pipelines.errors import UsageError

T = TypeVar("T")
LAST_ID, LAST = 2**63 - 1, 2**31 - 1
SHOWN = 100


@dataclass(frozen=True)
class Parameter(Generic[T]):
    """A parameter in the query of a request, or its path: how its text is read, and what is expected of that."""

    name: str
    read: Callable[[str], T]
    expected: str
    description: str
    schema: dict[str, Any]
    in_path: bool = False
    required: bool = False
    default: T | None = None

    def of(self, request: Request) -> T:
        """Its value in a request. Raises UsageError."""
        text = (request.path_params if self.in_path else request.query_params).get(self.name)
        if text is None and not self.required:
            return self.default  # type: ignore[return-value]
        try:
            return self.read(text or "")
        except ValueError:
            found = printable((text or "")[:SHOWN])
            raise UsageError(f"{self.name}: expected {self.expected}, found {found!r}") from None

    def described(self) -> dict[str, Any]:
        """The parameter as OpenAPI says it."""
        schema = self.schema if self.default is None else self.schema | {"default": self.default}
        return {
            "name": self.name,
            "in": "path" if self.in_path else "query",
            "required": self.in_path or self.required,
            "description": self.description,
            "schema": schema,
        }


def described(*parameters: Parameter[Any]) -> dict[str, Any]:
    """Parameters as a route of FastAPI wants them said."""
    return {"parameters": [one.described() for one in parameters]}


def whole(least: int, most: int) -> Callable[[str], int]:
    """How a whole number within bounds is read."""

    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or len(text) > len(str(most)) or not least <= int(text) <= most:
            raise ValueError
        return int(text)

    return read


def number(
    name: str, least: int, most: int, description: str, default: int | None = None, *, required: bool = False
) -> Parameter[Any]:
    """A whole number in the query."""
    schema = {"type": "integer", "minimum": least, "maximum": most}
    expected = f"a whole number from {least} to {most}"
    return Parameter(name, whole(least, most), expected, description, schema, required=required, default=default)


def seconds(name: str, most: int, description: str) -> Parameter[float]:
    """Some seconds in the query, none by default."""

    def read(text: str) -> float:
        if not text.isascii() or not text.replace(".", "", 1).isdigit() or not float(text) <= most:
            raise ValueError
        return float(text)

    schema = {"type": "number", "minimum": 0, "maximum": most}
    return Parameter(name, read, f"seconds, at most {most}", description, schema, default=0.0)


def text(name: str, longest: int, description: str, *, required: bool = False) -> Parameter[Any]:
    """A text in the query that is not empty."""

    def read(given: str) -> str:
        if not 0 < len(given) <= longest:
            raise ValueError
        return given

    schema = {"type": "string", "minLength": 1, "maxLength": longest}
    return Parameter(name, read, f"1 to {longest} characters", description, schema, required=required)


def choice(name: str, choices: tuple[str, ...], description: str) -> Parameter[Any]:
    """One of some words in the query, the first by default."""

    def read(given: str) -> str:
        if given not in choices:
            raise ValueError
        return given

    schema = {"type": "string", "enum": list(choices)}
    return Parameter(name, read, f"one of {', '.join(choices)}", description, schema, default=choices[0])


USER = Parameter(
    "user", str, "", "A user's id, or @username of an active user, in any case.", {"type": "string"}, in_path=True
)
POST_ID = Parameter(
    "post_id",
    whole(1, LAST_ID),
    "an id",
    "A post's id.",
    {"type": "integer", "format": "int64", "minimum": 1},
    in_path=True,
    required=True,
)
LIMIT = number("limit", 1, 200, "How many rows.", default=20)
CURSOR = text("cursor", 400, "Where to go on: `next` of the page before.")
RELEASE = number("release", 1, LAST, "The number of a release that is kept; the last one by default.")
IDS = choice("ids", ("numbers", "strings"), "How ids are written: some are above 2^53.")
AFTER = text("after", 64, "An event's id: answer by a release that covers it.")
WAIT = seconds("wait", 30, "For how many seconds to wait for that release.")
PREFIX = text("prefix", 200, "What a name begins with; @… looks at usernames only.", required=True)
TEXT = text("text", 200, "Words of names, or of posts: whole, begun, or with a typo, in any script.", required=True)
PAGE = (LIMIT, CURSOR)
READ = (RELEASE, IDS, AFTER, WAIT)
"""What all have that answer out of a release."""
