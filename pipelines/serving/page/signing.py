"""Who looks at a page: the token and the user that a browser keeps, and whether a form is one of ours."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_bytes

from starlette.requests import cookie_parser
from starlette.responses import Response

PREFIX = "/page/"
TOKEN, ACTOR = "newsfeed_token", "newsfeed_actor"
OPEN = frozenset({"/", "/page/sign-in", "/page/style.css"})
"""What who has no token may ask too: where one gives it."""
KEY = token_bytes(32)
"""What forms are signed with, until the server ends."""
LONGEST = 19


@dataclass(frozen=True)
class Visitor:
    """A browser: the token that it was given, and as whom it acts."""

    token: str = ""
    actor: int | None = None

    @classmethod
    def of(cls, cookies: Mapping[str, str]) -> "Visitor":
        """The visitor that cookies say."""
        actor = cookies.get(ACTOR, "")
        is_id = actor.isascii() and actor.isdigit() and len(actor) <= LONGEST and 0 < int(actor) < 1 << 63
        return cls(cookies.get(TOKEN, ""), int(actor) if is_id else None)

    @property
    def seal(self) -> str:
        """What a form has that we made for this visitor, and no other page can know."""
        return hmac.new(KEY, f"{self.actor} {self.token}".encode("utf-8", "surrogateescape"), "sha256").hexdigest()

    def is_sealed(self, given: str) -> bool:
        """Whether a form is one of ours."""
        return hmac.compare_digest(self.seal.encode(), given.encode("utf-8", "surrogateescape"))

    def keep(self, answer: Response) -> Response:
        """The answer, which tells the browser to keep this visitor, for pages alone."""
        for name, value in ((TOKEN, self.token), (ACTOR, "" if self.actor is None else str(self.actor))):
            answer.set_cookie(name, value, path=PREFIX, httponly=True, samesite="strict")
        return answer

    @staticmethod
    def forget(answer: Response) -> Response:
        """The answer, which tells the browser to forget whom it was."""
        for name in (TOKEN, ACTOR):
            answer.delete_cookie(name, path=PREFIX, httponly=True, samesite="strict")
        return answer


def authorization(path: str, cookie: str) -> str:
    """What a page's cookie says in the words of `Authorization`; nothing for what is no page."""
    if not path.startswith(PREFIX) or not cookie:
        return ""
    token = Visitor.of(cookie_parser(cookie)).token
    return f"Bearer {token}" if token else ""


def is_from_elsewhere(headers: Mapping[str, str]) -> bool:
    """Whether a browser says that another site's page sent a form."""
    origin, site = headers.get("origin", "null"), headers.get("sec-fetch-site", "same-origin")
    own = {f"{scheme}://{headers.get('host', '')}" for scheme in ("http", "https")}
    return site != "same-origin" or origin not in {"null", *own}
