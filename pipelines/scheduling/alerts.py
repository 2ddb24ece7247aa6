"""Alerts: what a person needs who is called, in the log of the task, and at the address that a connection has."""

import json
import logging
from typing import Any
from urllib.request import Request, urlopen

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowException

from pipelines.scheduling.settings import SETTINGS

LOG = logging.getLogger(__name__)
PATIENCE = 10
"""Seconds for whom the address is of."""


def tell_failure(context: Any) -> None:
    """Tell which task failed, in which try, what its command said, and what to do."""
    task, dag = context["ti"], context["dag"]
    said = str(context.get("exception") or "it was ended from outside").strip()
    tell(
        f"{task.dag_id}: {task.task_id} failed in try {task.try_number}, run {context['run_id']}\n"
        f"{said}\n{what_to_do(dag.doc_md)}\n{task.log_url}"
    )


def tell_late(context: Any, what: str) -> None:
    """Tell which run of a DAG takes longer than the deadline; it goes on."""
    run = context["dag_run"]
    tell(
        f"{run['dag_id']}: run {run['dag_run_id']} is not done after {SETTINGS.deadline_minutes} minutes, it goes on\n"
        f"{what}"
    )


def what_to_do(doc: str | None) -> str:
    """The last paragraph of a DAG's doc, which says it."""
    return (doc or "").strip().split("\n\n")[-1]


def tell(text: str) -> None:
    """Log an alert, and send it where the connection for alerts says, if there is one; a fault of that is logged too.

    What is sent is `{"text": …}`, which chat servers and gateways of pagers take.
    """
    LOG.error("%s", text)
    try:
        address = BaseHook.get_connection(SETTINGS.alerts).password
    except AirflowException:
        return
    try:
        body = Request(str(address), json.dumps({"text": text}).encode(), {"Content-Type": "application/json"})  # noqa: S310 (the address is the operator's)
        urlopen(body, timeout=PATIENCE).close()  # noqa: S310 (the same)
    except (OSError, ValueError) as fault:
        LOG.warning("the alert was not sent: %s", fault)
