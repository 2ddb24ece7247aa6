"""OpenLineage: what a command reads and writes, told to whom the environment names; it never makes the command fail.

Its client is configured by its own variables (`OPENLINEAGE_URL`, `OPENLINEAGE_CONFIG`, `OPENLINEAGE__…`); who started
the command is told as `OPENLINEAGE_PARENT_ID` says, `namespace/job/run`. Events go out beside the work.

Source: https://openlineage.io/docs/spec/object-model.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.util import find_spec
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, NamedTuple

from pipelines import __version__
from pipelines.cli import logs
from pipelines.cli.datasets import Dataset
from pipelines.errors import line_of

if TYPE_CHECKING:
    from openlineage.client.event_v2 import RunEvent

PATIENCE = 10.0
"""The seconds that the end of a command waits for its events to go out."""
PRODUCER = f"newsfeed://newsfeed-pipelines/{__version__}"
NAMESPACE, PARENT = "OPENLINEAGE_NAMESPACE", "OPENLINEAGE_PARENT_ID"
CONFIGURED = ("OPENLINEAGE_URL", "OPENLINEAGE_CONFIG", "OPENLINEAGE__")


@contextmanager
def told(job: str, reads: Sequence[Dataset]) -> Iterator[list[Dataset]]:
    """Tell of a job's start and end, if the environment says to whom; the list is for what the job wrote."""
    wrote: list[Dataset] = []
    if not _is_configured():
        yield wrote
        return
    run = _Run(job, reads)
    run.tell("START", [])
    try:
        yield wrote
    except BaseException as fault:
        run.tell("FAIL" if isinstance(fault, Exception) else "ABORT", wrote, line_of(fault))
        raise
    else:
        run.tell("COMPLETE", wrote)
    finally:
        run.end()


def _is_configured() -> bool:
    """Whether somebody is to be told; a warning where the package for it is missing."""
    if os.environ.get("OPENLINEAGE_DISABLED", "").strip().lower() == "true":
        return False
    names = [name for name in os.environ if name.startswith(CONFIGURED)]
    if names and find_spec("openlineage") is None:
        logs.warning(f"{names[0]} needs the extra lineage: pip install 'newsfeed-pipelines[lineage]'")
        return False
    return bool(names)


class _Event(NamedTuple):
    state: str
    time: datetime
    wrote: Sequence[Dataset]
    fault: str | None


class _Run:
    """One run of a job, whose events a thread sends, one after another."""

    def __init__(self, job: str, reads: Sequence[Dataset]) -> None:
        self._job, self._reads = job, reads
        self._events: SimpleQueue[_Event | None] = SimpleQueue()
        self._fault: str | None = None
        self._thread = Thread(target=self._send, daemon=True)
        self._thread.start()

    def tell(self, state: str, wrote: Sequence[Dataset], fault: str | None = None) -> None:
        """Send an event, beside what goes on."""
        self._events.put(_Event(state, datetime.now(UTC), tuple(wrote), fault))

    def end(self) -> None:
        """Wait until all events are out, or for as long as is reasonable; a warning when they are not."""
        self._events.put(None)
        self._thread.join(PATIENCE)
        fault = f"no answer in {PATIENCE:.0f} seconds" if self._thread.is_alive() else self._fault
        if fault is not None:
            logs.warning(f"OpenLineage is not told of this {self._job}: {fault}")

    def _send(self) -> None:
        try:
            from openlineage.client import OpenLineageClient
            from openlineage.client.uuid import generate_new_uuid

            client, run = OpenLineageClient(), str(generate_new_uuid())
            while (event := self._events.get()) is not None:
                client.emit(_as_event(self._job, run, self._reads, event))
            client.close(PATIENCE)
        except Exception as fault:  # noqa: BLE001 (whatever a transport raises is no reason to fail)
            self._fault = " ".join(str(fault).split()) or type(fault).__name__


def _as_event(job: str, run: str, reads: Sequence[Dataset], event: _Event) -> "RunEvent":
    """An event of a run, as OpenLineage has it."""
    from openlineage.client import event_v2
    from openlineage.client.facet_v2 import job_type_job

    kind = job_type_job.JobTypeJobFacet("BATCH", "NEWSFEED", "JOB")
    return event_v2.RunEvent(
        eventType=event_v2.RunState[event.state],
        eventTime=event.time.isoformat(),
        run=event_v2.Run(run, _about_run(event.fault)),
        job=event_v2.Job(os.environ.get(NAMESPACE, "newsfeed"), job, {"jobType": kind}),
        inputs=[event_v2.InputDataset(*one.name, facets=_about_dataset(one)) for one in reads],
        outputs=[
            event_v2.OutputDataset(*one.name, facets=_about_dataset(one), outputFacets=_amounts(one))
            for one in event.wrote
        ],
        producer=PRODUCER,
    )


def _about_run(fault: str | None) -> dict[str, Any]:
    """What made it, who started it, and why it failed."""
    from openlineage.client.facet_v2 import error_message_run, parent_run, processing_engine_run

    facets: dict[str, Any] = {
        "processing_engine": processing_engine_run.ProcessingEngineRunFacet(__version__, "newsfeed")
    }
    parent = os.environ.get(PARENT, "").split("/")
    if len(parent) == 3:
        namespace, name, run = parent
        facets["parent"] = parent_run.ParentRunFacet(parent_run.Run(run), parent_run.Job(namespace, name))
    if fault is not None:
        facets["errorMessage"] = error_message_run.ErrorMessageRunFacet(fault, "python")
    return facets


def _about_dataset(dataset: Dataset) -> dict[str, Any]:
    """Its columns, and its version."""
    from openlineage.client.facet_v2 import dataset_version_dataset, schema_dataset

    facets: dict[str, Any] = {}
    if dataset.table is not None:
        columns = [
            schema_dataset.SchemaDatasetFacetFields(column.name, column.type, column.description)
            for column in dataset.table.columns
        ]
        facets["schema"] = schema_dataset.SchemaDatasetFacet(columns)
    if dataset.version is not None:
        facets["version"] = dataset_version_dataset.DatasetVersionDatasetFacet(dataset.version)
    return facets


def _amounts(dataset: Dataset) -> dict[str, Any]:
    """How much of it was written."""
    from openlineage.client.facet_v2 import output_statistics_output_dataset as statistics

    if dataset.rows is None:
        return {}
    facet = statistics.OutputStatisticsOutputDatasetFacet(rowCount=dataset.rows, size=dataset.bytes)
    return {"outputStatistics": facet}
