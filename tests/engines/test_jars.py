"""The jars are the ones that are pinned, whoever put them where they are kept."""

import re

import pytest

from pipelines.engines import EngineError
from pipelines.engines.jars import JARS, delta_jars


def test_a_jar_with_other_bytes_than_are_pinned_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("NEWSFEED_JARS", str(tmp_path))
    for jar in JARS:
        (tmp_path / jar.file).write_bytes(b"another")
    first, found = JARS[0], "ae448ac86c4e8e4dec645729708ef41873ae79c6dff84eff73360989487f08e5"
    told = f"{tmp_path / first.file}: expected the jar whose SHA-256 is {first.sha256}, found {found}"
    with pytest.raises(EngineError, match=f"^{re.escape(told)}$"):
        delta_jars()
