"""A store that checks keys: wrong ones, and what they do not allow, are told on one line, within a bounded time."""

from dataclasses import replace

import pytest

from tests.servers import s3
from tests.servers.commands import Commands
from tests.servers.object_stores.lakes import SOON, small

READING = ("s3:Get*", "s3:List*")


@pytest.fixture(scope="module")
def checked(tmp_path_factory, events):
    """The lake of a store that checks keys, as who may do all knows it, and as one knows it who may read."""
    store = s3.trial(tmp_path_factory.mktemp("checked"))
    store.start()
    writer, reader = (Commands(f"{store.root}/lake", store.user(*who)) for who in (("w", "s3:*"), ("r", *READING)))
    store.check_keys()
    writer.work("land", events)
    writer.work("run")
    yield writer, reader
    store.stop()


@pytest.mark.parametrize(
    ("name", "told"), [("SECRET_ACCESS_KEY", "SignatureDoesNotMatch"), ("ACCESS_KEY_ID", "InvalidAccessKeyId")]
)
def test_wrong_keys_are_told_on_one_line_by_each_command(checked, events, name, told):
    writer, _ = checked
    wrong = replace(writer, env={**writer.env, f"AWS_{name}": "wrong"})
    for words in (["status"], ["land", events], ["run"], ["feed", "1"], ["maintain"]):
        said = wrong.call(*words)
        assert (said.code, said.out) == (1, "")
        assert said.err == f"error: cannot reach {wrong.root}: its server answers 403 Forbidden, {told}\n"
        assert said.seconds < SOON


def test_who_may_read_reads_and_is_told_on_one_line_what_may_not_be_written(checked, tmp_path):
    writer, reader = checked
    for words in (["status"], ["feed", "1"], ["sql", "SELECT count(*) FROM posts"]):
        assert reader.work(*words) == writer.work(*words)
    for words in (["land", small(tmp_path, "others")], ["run", "--rebuild"]):
        said = reader.call(*words)
        assert (said.code, said.out, said.err.count("\n")) == (1, "", 1)
        assert said.err.startswith(f"error: cannot write {reader.root}/")
        assert said.err.endswith("its server answers 403 Forbidden, AccessDenied\n")
        assert said.seconds < SOON
