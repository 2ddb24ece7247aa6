"""A program that does each job in a fork of its own, which may kill itself (`kill -9`) or tell itself to end (TERM).

It reads a job as a line of JSON and writes what became of it as another: the signal that ended it, or its result.
"""

import json
import os
import signal
import sys
import tempfile
import time
from dataclasses import asdict
from datetime import datetime, timedelta
from importlib import import_module
from itertools import count
from pathlib import Path

import numpy as np
from deltalake import DeltaTable

from pipelines.adapters import atproto
from pipelines.cli import signals
from pipelines.compiled.ahead import compile_all
from pipelines.engines import open_engine
from pipelines.erasing.erase import erase
from pipelines.errors import NewsfeedError
from pipelines.landing import id_index, quarantine
from pipelines.landing.decoding import Intake, decode_chunk
from pipelines.landing.land import land
from pipelines.landing.readmission import readmit
from pipelines.landing.writing import Target, write_events
from pipelines.maintenance import merging
from pipelines.maintenance.expiry import Limits
from pipelines.maintenance.maintain import maintain
from pipelines.releases import records
from pipelines.repair.deltalogs import set_aside
from pipelines.runs import publishing
from pipelines.runs.rollback import roll_back_to
from pipelines.runs.run import run
from pipelines.sources.records import RecordFile
from pipelines.storage import commits, places, walking
from pipelines.storage import repair as mending
from pipelines.storage.file_writer import FileWriter
from pipelines.storage.lake import Lake
from pipelines.stores import publish as to_stores
from pipelines.stores.opening import store_of
from pipelines.stores.postgresql_client import Connection
from pipelines.stores.redis_publisher import Publisher
from tests.landing.lines import batch_of, line

NOW = 1_767_225_600_000_000
SIGNALS = {"kill": signal.SIGKILL, "end": signal.SIGTERM}
RUN = import_module("pipelines.runs.run")
STEPS = {
    "look": (RUN, "look"),
    "roll back": (RUN, "roll_back"),
    "restore": (publishing, "restore"),
    "merge": (merging, "_committed"),
    "aside": (mending, "_copy_aside"),
    "publish": (RUN, "publish"),
    "record": (records, "_append"),
    "list": (walking, "data_files"),
    "rename": (places, "rename"),
    "create": (DeltaTable, "create"),
    "commit": (commits, "commit"),
    "file": (FileWriter, "close"),
    "index": (id_index, "write_merged"),
    "records": (RecordFile, "write"),
    "take away": (quarantine, "take_away"),
    "remove": (places, "remove"),
    "write": (to_stores, "_write"),
    "redis": (Publisher, "_do"),
    "postgresql": (Connection, "wait"),
    "checkpoint": (DeltaTable, "create_checkpoint"),
}


def signal_at(step, number, when, sent):
    """Let this process be sent a signal before or after it takes a step for the n-th time."""
    interrupt_at(step, number, when, lambda: os.kill(os.getpid(), sent))


def interrupt_at(step, number, when, interrupt):
    """Call something before or after this process takes a step for the n-th time."""
    owner, name = STEPS[step]
    taken, take = count(1), getattr(owner, name)

    def counted(*args, **kwargs):
        this = next(taken)
        if (this, when) == (number, "before"):
            interrupt()
        result = take(*args, **kwargs)
        if (this, when) == (number, "after"):
            interrupt()
        return result

    setattr(owner, name, counted)


def meet(folder):
    """Wait until two processes are here."""
    Path(folder, str(os.getpid())).touch()
    while len(list(Path(folder).iterdir())) < 2:
        time.sleep(0.0005)


def work(job, engine):
    """What a job's landing, re-admission, maintenance, rollback, erasure or run says."""
    lake, clock = Lake.at(job["root"]), datetime.fromisoformat(job["clock"])
    if job["what"] == "land":
        return asdict(land(lake, engine, job["sources"], format_name=job.get("format", "events"), clock=clock))
    if job["what"] == "readmit":
        return [asdict(landing) for landing in readmit(lake, engine, clock)]
    if job["what"] == "maintain":
        report = maintain(lake, Limits(job["keep"]), grace=timedelta(hours=job["grace"]), execute=True)
        return {"faults": report.faults}
    if job["what"] == "erase":
        erased = erase(lake, engine, job["users"], "ticket 1")
        return {"erased": [one.user_id for one in erased.records], "release": erased.release}
    if job["what"] == "repair":
        return {"repaired": set_aside(lake)}
    return published(lake, engine, job, clock)


def published(lake, engine, job, clock):
    """What a job's rollback, run, or publish to stores says."""
    if job["what"] == "publish":
        done = to_stores.publish(lake, [store_of(url) for url in job["stores"]], job.get("number"))
        return [one.release for one in done]
    if job["what"] == "rollback":
        back = roll_back_to(lake, job["to"], clock)
        return {"published": back.published, "reason": "already", "release": back.release.number}
    done = run(lake, engine, policy=job.get("policy"), clock=clock)
    return {"published": done.published, "reason": done.reason, "release": done.release.number}


def do(job):
    """Do a job, with another process at the same time when it says where to meet."""
    atproto.BITS = job.get("bits", atproto.BITS)
    os.environ.update(job.get("env", {}))
    for name, value in job.get("patch", {}).items():
        module, _, constant = name.rpartition(".")
        setattr(import_module(module), constant, value)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for sent in {"kill", "end"} & set(job):
        signal_at(*job[sent], SIGNALS[sent])
    with open_engine("sail") as engine:
        if "meet" in job:
            meet(job["meet"])
        try:
            with signals.heard():
                return work(job, engine)
        except NewsfeedError as fault:
            return {"error": type(fault).__name__, "says": str(fault), "exit_code": fault.exit_code}
        except signals.Ended as told:
            return str(told)


def load():
    """Load what forks need."""
    load_compiled_code()
    compile_all()


def load_compiled_code():
    """Land a line nowhere, so that no fork needs to load what is compiled; neither an engine nor a table is touched."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "line").write_bytes(line())
        (partition,) = decode_chunk(
            batch_of(folder, [f"{folder}/line"]).chunks[0], Intake(folder, "events", NOW, folder)
        )
        write_events(Target(folder, 1, NOW), [(partition.stage, np.array([True]))])


def main():
    """Do the jobs of standard input, one after the other, in forks that have nothing left to load."""
    load()
    for text in sys.stdin:
        job = json.loads(text)
        if "format" in job:
            import_module("pandas")  # Arrow would, in each fork that reads lines of other networks
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.write(writer, json.dumps(do(job)).encode())
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader, "rb") as pipe:
            result = pipe.read()
        _, status = os.waitpid(child, 0)
        died = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
        print(json.dumps({"signal": died, "result": json.loads(result or "null")}), flush=True)


if __name__ == "__main__":
    main()
