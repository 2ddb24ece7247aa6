"""What is asked of the past, verified, repaired, rolled back and erased on an object store is what it is on a disk."""

from tests.servers.commands import Commands
from tests.servers.mending import require_mended, told


def test_each_command_says_and_mends_what_it_does_on_a_disk(lake, tmp_path):
    expected = told(Commands(str(tmp_path / "lake")), tmp_path)
    require_mended(told(lake, tmp_path), expected)
