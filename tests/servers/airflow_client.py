"""What a person does on Airflow's page, by its REST API."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

T = TypeVar("T")
DONE = ("success", "failed")
LOCKED = '503: {"detail":"Database is locked.'
"""What Airflow answers, and does nothing, while another part of it writes to SQLite."""


class Client:
    """Speaks to the Airflow at a URL, of which everyone is an administrator."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._token = self._answer("GET", "/auth/token", None)["access_token"]

    def get(self, path: str, **query: object) -> Any:
        """What is at a path below `/api/v2`."""
        return self._answer("GET", f"/api/v2{path}?{urlencode(query, doseq=True)}", None)

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """The answer to what is posted, again and again while the database is locked."""

        def answer() -> tuple[Any] | None:
            try:
                return (self._answer("POST", f"/api/v2{path}", body),)
            except OSError as fault:
                if LOCKED not in str(fault):
                    raise
                return None

        return until(answer, 60, lambda: f"POST {path}: {LOCKED}")[0]

    def unpause(self, *dags: str) -> None:
        """Let the scheduler run these DAGs, which it has read."""
        for dag in dags:
            self._answer("PATCH", f"/api/v2/dags/{dag}", {"is_paused": False})

    def trigger(self, dag: str, conf: Mapping[str, Any] | None = None) -> str:
        """Run a DAG now; the run's id."""
        return str(self.post(f"/dags/{dag}/dagRuns", {"logical_date": None, "conf": conf or {}})["dag_run_id"])

    def runs(self, dag: str) -> list[dict[str, Any]]:
        """The runs of a DAG, the newest first."""
        found: list[dict[str, Any]] = self.get(f"/dags/{dag}/dagRuns", order_by="-run_after", limit=500)["dag_runs"]
        return found

    def run(self, dag: str, run: str) -> dict[str, Any]:
        """A run of a DAG."""
        found: dict[str, Any] = self.get(f"/dags/{dag}/dagRuns/{quote(run)}")
        return found

    def tasks(self, dag: str, run: str) -> dict[str, dict[str, Any]]:
        """The tasks of a run by their names."""
        found = self.get(f"/dags/{dag}/dagRuns/{quote(run)}/taskInstances", limit=100)["task_instances"]
        return {one["task_id"]: one for one in found}

    def states(self, dag: str, run: str) -> dict[str, str]:
        """The states of a run's tasks."""
        return {name: one["state"] for name, one in self.tasks(dag, run).items()}

    def clear(self, dag: str, run: str) -> None:
        """Let all tasks of a run be run again."""
        body = {"dag_run_id": run, "dry_run": False, "only_failed": False, "reset_dag_runs": True}
        self.post(f"/dags/{dag}/clearTaskInstances", body)

    def ended(self, dag: str, run: str, seconds: float = 300) -> str:
        """The state in which a run ended, once it has. Raises TimeoutError with its tasks' states."""

        def state() -> str | None:
            found = self.run(dag, run)["state"]
            return found if found in DONE else None

        return until(state, seconds, lambda: f"{dag} {run}: {self.states(dag, run)}")

    def asset_events(self, name: str) -> list[dict[str, Any]]:
        """What was told of an asset, the newest first."""
        try:
            found = self.get("/assets/events", name_pattern=name, order_by="-timestamp")["asset_events"]
        except OSError as fault:
            if ": 500: " in str(fault):  # Airflow 3.3.2's answer while a run that an event made has not begun
                return []
            raise
        return [event for event in found if event["name"] == name]

    def _answer(self, method: str, path: str, body: Mapping[str, Any] | None) -> Any:
        headers = {"Content-Type": "application/json"}
        if not path.startswith("/auth"):
            headers["Authorization"] = f"Bearer {self._token}"
        data = None if body is None else json.dumps(body).encode()
        try:
            with urlopen(Request(self.url + path, data, headers, method=method), timeout=60) as answer:
                return json.load(answer)
        except HTTPError as fault:
            raise OSError(f"{method} {path}: {fault.code}: {fault.read().decode()[:500]}") from fault


def until(found: Callable[[], T | None], seconds: float, told: Callable[[], str]) -> T:
    """What is found once it is there. Raises TimeoutError with what is told then."""
    ends = time.monotonic() + seconds
    while (one := found()) is None:
        if time.monotonic() > ends:
            raise TimeoutError(f"not after {seconds:.0f} s: {told()}")
        time.sleep(0.5)
    return one
