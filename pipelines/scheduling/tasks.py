"""The tasks that tell of assets: what landed, and each view of a release; and those that verify what is served."""

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from airflow.sdk import Asset, TaskGroup, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from pipelines.scheduling import lake
from pipelines.scheduling.assets import LOG, VIEW_ASSETS
from pipelines.scheduling.commands import command
from pipelines.scheduling.failures import FAULT, told
from pipelines.views import VIEWS

LOGGER = logging.getLogger(__name__)


def announce() -> Any:
    """The task that tells of the log when events wait for a release; it is skipped when none do."""
    return task(task_id="announce", outlets=[LOG])(_announce)()


def _announce(*, outlet_events: Any = None) -> dict[str, Any]:
    with told():
        waiting = lake.waiting()
    if waiting is None:
        raise AirflowSkipException("no event waits for a release")
    outlet_events[LOG].extra = waiting
    return waiting


def tell_views(run: Any) -> None:
    """After a run, the task `released` and a group with a task for each view, which tells what the run did about it.

    When the run failed, the view at which it did fails in the group and the others are skipped; all fail where that is
    not known. Of a release that was told already nothing is told again.
    """
    release = task(task_id="released")(_released)()
    run >> release
    with TaskGroup("views"):
        for view in VIEWS:
            options: dict[str, Any] = {"inlets": [VIEW_ASSETS[view]], "outlets": [VIEW_ASSETS[view]]}
            options |= {"retries": 0, "on_failure_callback": None}  # the run was tried again, and told, if it failed
            task(task_id=view, trigger_rule="all_done", **options)(_tell)(view, run.task_id, release)


def _released() -> dict[str, dict[str, Any]]:
    with told():
        return lake.released()


def _tell(
    view: str,
    run: str,
    released: Mapping[str, Any] | None,
    *,
    ti: Any = None,
    inlet_events: Any = None,
    outlet_events: Any = None,
) -> dict[str, Any]:
    if released is None:
        raise not_made(view, ti.xcom_pull(task_ids=run, key=FAULT))
    if view not in released:
        raise AirflowSkipException(f"the release has no {view} yet")
    asset, made = VIEW_ASSETS[view], dict(released[view])
    LOGGER.info("release %(release)s: %(rows)s rows, %(made)s in %(seconds)s s, hash %(content_hash)s", made)
    if _last(inlet_events, asset).get("release") == made["release"]:
        raise AirflowSkipException(f"release {made['release']} was told already")
    outlet_events[asset].extra = made
    return made


def not_made(view: str, fault: Mapping[str, Any] | None) -> Exception:
    """What becomes of a view's task when the run failed."""
    said, step = (fault["error"], fault["step"]) if fault else ("a task before failed, its log says why", None)
    if step is not None and step != f"views/{view}" and step.startswith("views/"):
        return AirflowSkipException(f"nothing was released: the run failed at {step}")  # type: ignore[no-any-return]
    return AirflowFailException(f"nothing was released: {said}")  # type: ignore[no-any-return]


def _last(inlet_events: Any, asset: Asset) -> Mapping[str, Any]:
    """What the last event of an asset told."""
    try:
        return inlet_events[asset][-1].extra or {}
    except IndexError:
        return {}


def verify_views() -> None:
    """The tasks that verify the log, each view in a group, and all rows by a rebuild."""
    command("verify", task_id="rebuild")
    _verifying("log", lake.verify_log)
    with TaskGroup("views"):
        for view in VIEWS:
            _verifying(view, partial(lake.verify_view, view))


def _verifying(name: str, verify: Callable[[], str]) -> None:
    def verified() -> str:
        with told():
            return verify()

    task(task_id=name)(verified)()
