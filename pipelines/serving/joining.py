"""Joining: the head of an answer is sent with the beginning of its body, as one write wakes the client once."""

import asyncio
from typing import Any


class Joined:
    """A transport that holds the first that is written, the head of an answer, until more is written or it closes."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport, self._head = transport, b""
        self._is_head = True

    def write(self, data: bytes) -> None:
        """Hold a head; write all else, with the head that is held."""
        if self._is_head:
            self._head, self._is_head = data, False
        elif self._head:
            head, self._head = self._head, b""
            self._transport.writelines([head, data])
        else:
            self._transport.write(data)

    def close(self) -> None:
        """Write what is held, and close."""
        if self._head:
            self.write(b"")
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
