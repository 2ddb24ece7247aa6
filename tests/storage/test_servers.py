"""Servers of URLs: whether they answer at all."""

import socket

import pytest

from pipelines.storage import servers
from pipelines.storage.places import PlaceError
from pipelines.storage.waiting import unanswered


class Silent:
    """A file system whose client gives a call up by itself, just before the one who asks does."""

    def exists(self, path):
        raise unanswered()


def test_a_server_whose_client_gives_up_first_is_silent_too(monkeypatch):
    monkeypatch.setattr(servers.urls, "remote", lambda url: (Silent(), "/lake"))
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"hdfs://127.0.0.1:{server.getsockname()[1]}/lake"
        with pytest.raises(PlaceError, match=f"cannot reach {url}: no answer in 9 seconds"):
            servers.require_answer(url)
