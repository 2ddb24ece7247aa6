import pytest

from faults.client import forks
from faults.ground import prepared
from faults.trials import Trials


@pytest.fixture(scope="session")
def trials(tmp_path_factory):
    """What is known of commands, on a ground with a process that does them."""
    folder = tmp_path_factory.mktemp("faults")
    with forks(folder) as process:
        yield Trials(prepared(folder, process))
