"""Engines to test: each by its name, a server started where the name needs one."""

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pyspark
import pytest
from pysail.spark import SparkConnectServer

from pipelines.engines import open_engine
from pipelines.engines.jars import delta_jars
from pipelines.engines.spark import LOCAL_CONF
from tests.spark_process import QUICK_JAVA

NAMES = ["sail", "connect-sail", *(pytest.param(name, marks=pytest.mark.spark) for name in ("spark", "connect-spark"))]


@pytest.fixture(params=NAMES, scope="module")
def engine(request):
    with named(request.param) as opened:
        yield opened


@pytest.fixture(autouse=True, scope="module")
def _quick_java():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JDK_JAVA_OPTIONS", QUICK_JAVA)
        yield


@contextmanager
def named(name):
    servers = {"connect-sail": sail_server, "connect-spark": spark_server}
    if name not in servers:
        with open_engine(name) as opened:
            yield opened
        return
    with servers[name]() as url, open_engine(url) as opened:
        yield opened


@contextmanager
def sail_server():
    server = SparkConnectServer(ip="127.0.0.1", port=0)
    server.start(background=True)
    yield f"sc://127.0.0.1:{server.listening_address[1]}"
    server.stop()


@contextmanager
def spark_server():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    conf = LOCAL_CONF | {
        "spark.master": "local[2]",
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": str(port),
        "spark.jars": ",".join(delta_jars()),
    }
    command = [str(Path(pyspark.__file__).parent / "bin" / "spark-submit")]
    for key, value in conf.items():
        command += ["--conf", f"{key}={value}"]
    command += ["--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal"]
    environment = os.environ | {"PYSPARK_PYTHON": sys.executable, "PYTHONPATH": str(Path.cwd())}
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, env=environment, **silent)
    try:
        wait_for(port, server)
        yield f"sc://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def wait_for(port, server):
    for _ in range(600):
        assert server.poll() is None, "the server has ended"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise TimeoutError(port)
