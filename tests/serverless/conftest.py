import pytest

from pipelines.serverless.inbox import VARIABLE
from tests.serverless.archives import unpack


@pytest.fixture
def inbox(tmp_path, monkeypatch):
    """A folder that is the function's inbox."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    monkeypatch.setenv(VARIABLE, str(folder))
    return folder


@pytest.fixture
def lines(inbox):
    """A function that gives the lines of each object of the inbox."""
    return lambda: sorted(file.read_bytes().split(b"\n")[:-1] for file in inbox.iterdir())


@pytest.fixture(scope="session")
def unpacked(tmp_path_factory):
    """The archive of the function, unpacked."""
    return unpack(tmp_path_factory.mktemp("lambda"))
