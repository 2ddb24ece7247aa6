"""The server answers what the command does."""

import json

from pipelines.cli import main


def said(capsys, *arguments):
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_server_is_alive(server):
    assert (server.ask("/healthz").status, server.ask("/healthz").facts) == (200, {"alive": True})


def test_a_newsfeed_is_what_the_command_says(server, told, capsys):
    found = server.ask("/users/1/newsfeed").facts
    assert found["entries"] == said(capsys, "feed", "1", "--root", told.root)
    assert (found["release"], found["reader_id"], found["next"], len(found["entries"])) == (2, 1, None, 2)
