"""A program that runs the command `newsfeed` for each job that it reads, in a fork of its own; root's rights are gone.

A job is a line of JSON: `arguments`, and what else is told of the process: `limits`, `environment`, what of it is
`unset`, `cwd`, and whether that is `gone`. Its code, output and error output are written as another.
"""

import json
import os
import resource
import sys
import tempfile
from pathlib import Path

from pipelines.cli import app, script
from pipelines.compiled.ahead import compile_all
from pipelines.reading import exporting, inspection, searching
from pipelines.runs import run as runs
from tests.landing.forks import load_compiled_code

LOADED = (app, exporting, inspection, searching, runs)
"""What no fork needs to import again."""
LIMITS = {"bytes of a file": resource.RLIMIT_FSIZE, "open files": resource.RLIMIT_NOFILE}


def run(job, out, err):
    """Be the command."""
    os.dup2(out.fileno(), 1)
    os.dup2(err.fileno(), 2)
    os.environ.update(job.get("environment", {}))
    for name in job.get("unset", []):
        os.environ.pop(name, None)
    if job.get("gone"):
        Path(job["cwd"]).mkdir()
    os.chdir(job.get("cwd", "."))
    if job.get("gone"):
        Path(job["cwd"]).rmdir()
    for name, value in job.get("limits", {}).items():
        resource.setrlimit(LIMITS[name], (value, value))
    sys.argv = ["newsfeed", *job["arguments"]]
    script()


def done(job):
    """What the command said and how it ended."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if child == 0:
            code = 70
            try:
                run(job, out, err)
            except SystemExit as end:
                code = end.code
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        out.seek(0)
        err.seek(0)
        told = [one.read().decode("utf-8", "surrogateescape") for one in (out, err)]
    return {"code": os.waitstatus_to_exitcode(status), "out": told[0], "err": told[1]}


if __name__ == "__main__":
    compile_all()
    load_compiled_code()
    for line in sys.stdin:
        print(json.dumps(done(json.loads(line))), flush=True)
