"""A process apart with one Spark for all tests that ask: a process has one kind of session, and a start is dear."""

import os
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import cache
from multiprocessing import get_context

from pipelines.engines import open_engine

QUICK_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""Java starts sooner so, and computes slower: it does not live long."""
OPENED = ExitStack()


@contextmanager
def spark_process():
    """A function that calls a function of a test module with the engine of the process, and with arguments."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        yield lambda task, *arguments: process.submit(call, task, arguments).result()
        process.submit(end).result()


def call(task, arguments):
    return task(engine(), *arguments)


@cache
def engine():
    os.environ["JAVA_TOOL_OPTIONS"] = QUICK_JAVA
    return OPENED.enter_context(open_engine("spark"))


def end():
    OPENED.close()
