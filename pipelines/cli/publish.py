"""`newsfeed publish`: a release into stores."""

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli import logs, options, show
from pipelines.errors import UsageError

if TYPE_CHECKING:
    from pipelines.stores.base import Store
    from pipelines.stores.publish import Published

VARIABLE = "NEWSFEED_STORES"
STORES = f"Stores, each by its URL, such as lmdb:PATH; where none is given, those of {VARIABLE}, a line each."


def publish(
    stores: Annotated[list[str] | None, typer.Argument(metavar="STORE…", help=STORES)] = None,
    release: options.ReleaseNumber = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Then read all of each store back, and compare it with the lake.")
    ] = False,
    root: options.Root = options.ROOT,
    json: options.AsJson = False,
    log_format: options.LogFormat = options.TEXT,
) -> None:
    """Bring a release to stores: just what changed since the release that each has, served there all at once.

    A store that has a newer release keeps it, unless one is named.

    Example: newsfeed publish lmdb:data/served.lmdb
    """
    from contextlib import ExitStack

    from pipelines.storage.lake import Lake
    from pipelines.stores.opening import store_of
    from pipelines.stores.publish import publish as publish_to

    lake = Lake.at(root)
    with ExitStack() as closing:
        opened: list[Store] = []
        for url in dict.fromkeys(_given(stores)):
            opened.append(store_of(url))
            closing.callback(opened[-1].close)
        done = publish_to(lake, opened, release)
        for one in done:
            logs.fact("published", **_facts(one))
        verified = _verified(lake, opened) if verify else {}
    if json:
        show.as_json([{**_facts(one), **_rows(verified, one)} for one in done])
        return
    for one in done:
        _tell(one)
        if one.store in verified:
            print(f"  {show.counted(verified[one.store], 'row')} read back: all as in the lake")


def _given(stores: list[str] | None) -> list[str]:
    """The URLs of the stores; those of the variable are shown by no list of processes, passwords and all."""
    found = stores or os.environ.get(VARIABLE, "").split("\n")
    if not all(found):
        raise UsageError("STORE: expected the URL of at least one store, such as lmdb:data/served.lmdb, found none")
    return found


def _verified(lake: Any, stores: "list[Store]") -> dict[str, int]:
    """How many rows of each store were read back and are as in the lake."""
    from pipelines.stores.verifying import verify

    return {store.url: verify(lake, store) for store in stores}


def _rows(verified: dict[str, int], one: "Published") -> dict[str, int]:
    return {"verified": verified[one.store]} if one.store in verified else {}


def _facts(one: "Published") -> dict[str, Any]:
    from dataclasses import asdict

    from pipelines.stores.base import shown

    return {**asdict(one), "store": shown(one.store), "published": one.published}


def _tell(one: "Published") -> None:
    from pipelines.stores.base import shown

    store = shown(one.store)
    if one.newer:
        print(f"{store} has release {one.release}, which is newer: it keeps it")
    elif not one.published:
        print(f"{store} has release {one.release} already: nothing new")
    else:
        before = "all of it" if one.whole else f"what changed since release {one.before}"
        there = f", {one.there:,} of {show.counted(one.parts, 'part')} were there already" if one.there else ""
        print(f"{store} serves release {one.release}: {before}{there}, in {one.seconds:.1f} s")
        for view, written in one.views.items():
            rows = f"{written.rows:,} of {show.counted(written.of, 'row')}"
            print(f"  {view:14}  {show.counted(written.owners, 'owner')}, {rows}")
