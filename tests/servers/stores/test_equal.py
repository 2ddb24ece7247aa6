"""The lake and all kinds of stores give equal answers for 1,000 random users of a network that lives."""

import contextlib
import subprocess
from random import Random

import pytest

from pipelines.storage.lake import Lake
from pipelines.stores.base import OWNERS, PAGED
from pipelines.stores.publish import publish
from tests.servers.commands import COMMAND, Commands
from tests.stores.contract import opened
from tests.stores.expected import expected

USERS = 1000
EVENTS = 20_000


@pytest.fixture(scope="module")
def lake(tmp_path_factory, seed):
    """Two releases of a network, the second with a tenth more."""
    folder = tmp_path_factory.mktemp("network")
    commands = Commands(str(folder / "lake"))
    told = ["--network", "XS", "--events", str(EVENTS), "--seed", str(seed), "--rate", "0"]
    lines = subprocess.run([*COMMAND, "produce", "-", *told], capture_output=True, check=True).stdout.splitlines(True)
    for name, part in (("first", lines[: -EVENTS // 10]), ("second", lines[-EVENTS // 10 :])):
        (folder / name).write_bytes(b"".join(part))
        commands.work("land", folder / name)
        commands.work("run")
    return Lake.at(commands.root)


def test_they_give_equal_answers(lake, redis_url, postgresql_url, tmp_path, seed):
    urls = [f"lmdb:{tmp_path / 'served.lmdb'}", redis_url, postgresql_url]
    said, random = expected(lake), Random(seed)
    with contextlib.ExitStack() as open_stores:
        stores = [open_stores.enter_context(opened(url)) for url in urls]
        for number in (1, 2):
            publish(lake, stores, number)
        for store in stores:
            snapshot = open_stores.enter_context(store.reading())
            for view in store.views:
                owners = said.by_owner[view]
                some = random.sample(list(owners), min(USERS, len(owners)))
                assert snapshot.of_ids(view, OWNERS[view], some) == said.of_ids(view, OWNERS[view], some), view
                for one in some[:100] if view in PAGED else ():
                    behind = random.choice(owners[one])
                    assert snapshot.page(view, one, 20, behind) == said.page(view, one, 20, behind), view
