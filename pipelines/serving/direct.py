"""Routes whose functions take the request and give the answer: nothing is made for them that they do not ask for."""

from collections.abc import Callable
from typing import Any

from fastapi.routing import APIRoute
from starlette.routing import request_response


class Direct(APIRoute):
    """Calls its function with the request; what is described of it is as with others."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **named: Any) -> None:
        super().__init__(path, endpoint, **named)
        self.app = request_response(endpoint)
