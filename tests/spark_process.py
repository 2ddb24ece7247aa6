"""A process apart with one Spark for all tests that ask: a process has one kind of session, and a start is dear."""

import os
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import cache
from multiprocessing import get_context

from pipelines.engines import open_engine
from pipelines.engines.connect import CONNECT_MODE

QUICK_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""Java starts sooner so, and computes slower: it does not live long."""
OPENED = ExitStack()


@contextmanager
def spark_process(name="spark", **settings):
    """A function that calls a function of a test module with the engine of the process, and with arguments.

    The settings are variables of its environment.
    """
    with ProcessPoolExecutor(1, get_context("spawn"), begin, [name, settings]) as process:
        yield lambda task, *arguments: process.submit(call, task, arguments).result()
        process.submit(end).result()


def begin(name, settings):
    os.environ.pop(CONNECT_MODE, None)
    os.environ.update(settings, JAVA_TOOL_OPTIONS=QUICK_JAVA, ENGINE=name)


def call(task, arguments):
    return task(engine(), *arguments)


@cache
def engine():
    return OPENED.enter_context(open_engine(os.environ["ENGINE"]))


def end():
    OPENED.close()
