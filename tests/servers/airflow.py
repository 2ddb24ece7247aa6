"""A real Airflow: scheduler, DAG processor, triggerer and API server, each a process, with ports of their own.

`up` serves the page at http://127.0.0.1:18088, without a login, and runs the DAGs of `dags/` on a lake and an inbox
beside its home. Its database is SQLite, its executor runs tasks on this machine.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.servers import command
from tests.servers.processes import Process, ServerError
from tests.surroundings import environment

PROJECT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
STARTS_WITHIN = 300
POOL = "newsfeed_releases"
COMPONENTS = ("scheduler", "dag-processor", "triggerer", "api-server")
"""In the order in which they are stopped: tasks that run speak to the API server."""


@dataclass(frozen=True)
class Airflow:
    """An Airflow in a folder; ports are those of the API server, the workers' logs and the triggerer's logs."""

    folder: Path
    ports: tuple[int, int, int] = (18088, 18793, 18794)
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where its page is."""
        return f"http://127.0.0.1:{self.ports[0]}"

    @property
    def inbox(self) -> Path:
        """The folder whose files land."""
        return self.folder / "inbox"

    @property
    def lake(self) -> Path:
        """Where its DAGs keep what landed, and the views."""
        return self.folder / "lake"

    def process(self, component: str) -> Process:
        """One of its processes."""
        return Process(self.folder, component)

    def start(self) -> str:
        """Start it and wait until all its parts are healthy. Raises ServerError."""
        self.inbox.mkdir(parents=True, exist_ok=True)
        self._prepare()
        for component in reversed(COMPONENTS):
            self.launch(component)
        self.process("api-server").wait_until(self._is_healthy, STARTS_WITHIN)
        return f"Airflow serves at {self.url}; its inbox is {self.inbox}, its lake {self.lake}"

    def launch(self, component: str) -> None:
        """Start one of its processes. Raises ServerError when it runs already."""
        self.process(component).start([str(BIN / "airflow"), component], self.environment())

    def stop(self) -> None:
        """Stop all its processes."""
        for component in COMPONENTS:
            self.process(component).stop()

    def environment(self) -> dict[str, str]:
        """What all its processes are told, and those that it starts."""
        api, worker_logs, trigger_logs = map(str, self.ports)
        return environment() | {
            "AIRFLOW_HOME": str(self.folder / "home"),
            "AIRFLOW__API__BASE_URL": self.url,
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": api,
            "AIRFLOW__API__WORKERS": "1",
            "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT / "dags"),
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{self.url}/execution/",
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__PARALLELISM": "3",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
            "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
            "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": trigger_logs,
            "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": worker_logs,
            "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "10",
            "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": "20",
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "20",
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_SEC": "5",
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "PYTHONPATH": str(PROJECT),
            "PYSPARK_PYTHON": sys.executable,
            "NEWSFEED_ENGINE": "sail",
            "NEWSFEED_INBOX": str(self.inbox),
            "NEWSFEED_ROOT": str(self.lake),
            "NEWSFEED_SETTLED": "2",
            **self.settings,
        }

    def _prepare(self) -> None:
        """Make its database, and the pool of the DAGs, unless they are there."""
        for words in (("db", "migrate"), ("pools", "set", POOL, "1", "what publishes releases")):
            done = subprocess.run(
                [str(BIN / "airflow"), *words], env=self.environment(), capture_output=True, text=True, check=False
            )
            if done.returncode:
                raise ServerError(f"airflow {' '.join(words)} failed:\n{done.stdout[-1000:]}{done.stderr[-1000:]}")

    def _is_healthy(self) -> bool:
        try:
            with urlopen(f"{self.url}/api/v2/monitor/health", timeout=5) as answer:
                parts = json.load(answer)
        except URLError:
            return False
        wanted = ("metadatabase", "scheduler", "dag_processor", "triggerer")
        return all(parts[part]["status"] == "healthy" for part in wanted)


if __name__ == "__main__":
    sys.exit(command.main("airflow", Airflow((command.STATE / "airflow").absolute()), sys.argv[1:]))
