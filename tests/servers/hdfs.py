"""A real HDFS on loopback, a NameNode and two DataNodes, each a Java process: `python -m tests.servers.hdfs up|down`.

The servers are in one jar, which stands on the Hadoop client that PySpark brings. Two DataNodes keep each block twice:
with one alone, closing a file takes half a second.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pyspark

from pipelines.engines.jars import Jar, jars
from tests.servers.command import STATE, main
from tests.servers.processes import Process, ServerError, free_port

SHA256 = "06772d24529e59939915979b3edba204d367750ef7dc5120411f35221dd4818c"
JAR = Jar("org.apache.hadoop", "hadoop-client-minicluster", "3.5.0", SHA256)
JAVA = ("java", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.net.preferIPv4Stack=true")
STARTS_WITHIN = 60.0
"""Seconds that a server may take to start."""
PORTS = (9820, 9870)
"""Where `up` puts the NameNode: its port for clients, and the one that has its pages and WebHDFS."""
SETTINGS = {
    "dfs.replication": "2",
    "dfs.permissions.enabled": "false",
    "dfs.namenode.safemode.extension": "0",
    "dfs.heartbeat.interval": "1",  # a DataNode that is gone is missed within seconds, not after ten minutes
    "dfs.namenode.heartbeat.recheck-interval": "1000",
    "dfs.namenode.stale.datanode.interval": "3000",
    "dfs.namenode.avoid.read.stale.datanode": "true",
    "dfs.namenode.avoid.write.stale.datanode": "true",
}
LOGGING = """\
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d %p %c{1}: %m%n
logger.pages.name = org.apache.hadoop.jmx
logger.pages.level = off
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
"""


@dataclass(frozen=True)
class Node:
    """One Java process of an HDFS: its class, where its pages are, and what only it is told."""

    process: Process
    runs: str
    http: int
    told: Mapping[str, object] = field(default_factory=dict)

    def start(self) -> None:
        """Start it; `wait` waits until it works."""
        self.process.start(self.command(), os.environ)

    def command(self, *arguments: str) -> list[str]:
        """What starts it."""
        told = [f"-D{name}={value}" for name, value in self.told.items()]
        (jar,) = jars([JAR], "HDFS's servers")
        classes = f"{self.process.folder}/conf:{jar}:{Path(pyspark.__file__).parent}/jars/*"
        return [*JAVA, "-cp", classes, f"org.apache.hadoop.hdfs.{self.runs}", *told, *arguments]

    def wait(self, works: Callable[[Mapping[str, Any]], object], service: str) -> None:
        """Wait until what it says of a service of its own is so. Raises ServerError."""
        self.process.wait_until(lambda: works(self._bean(service)), STARTS_WITHIN)

    def _bean(self, service: str) -> Mapping[str, Any]:
        with urlopen(f"http://127.0.0.1:{self.http}/jmx?qry=Hadoop:service={service}", timeout=5) as page:
            beans = json.load(page)["beans"]
        return beans[0] if beans else {}


@dataclass
class Hdfs:
    """An HDFS that keeps all it has in a folder; at free ports unless they are given."""

    folder: Path
    port: int = field(default_factory=free_port)
    http: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        """Where clients find it."""
        return f"hdfs://127.0.0.1:{self.port}"

    @property
    def webhdfs(self) -> str:
        """Where it is over HTTP."""
        return f"webhdfs://127.0.0.1:{self.http}"

    @cached_property
    def namenode(self) -> Node:
        """Knows which files there are."""
        return Node(Process(self.folder, "namenode"), "server.namenode.NameNode", self.http)

    @cached_property
    def datanodes(self) -> tuple[Node, ...]:
        """Have the bytes of the files."""
        return tuple(self._datanodes())

    def _datanodes(self) -> Iterator[Node]:
        for name in ("datanode-1", "datanode-2"):
            http = free_port()
            told = {
                "dfs.datanode.data.dir": f"file://{self.folder.absolute()}/{name}",
                "dfs.datanode.address": f"127.0.0.1:{free_port()}",
                "dfs.datanode.ipc.address": f"127.0.0.1:{free_port()}",
                "dfs.datanode.http.address": f"127.0.0.1:{http}",
                "dfs.datanode.hostname": "127.0.0.1",
            }
            yield Node(Process(self.folder, name), "server.datanode.DataNode", http, told)

    def start(self) -> str:
        """Start all of it, without files the first time, and wait until it takes some. Raises ServerError."""
        self._configure()
        if not (self.folder / "name").exists():
            self._format()
        self.namenode.start()
        for node in self.datanodes:
            node.start()
        self.wait()
        return f"HDFS is at {self.url}, over HTTP at {self.webhdfs}, its pages at http://127.0.0.1:{self.http}"

    def wait(self) -> None:
        """Wait until both DataNodes serve the NameNode, and that is not in safe mode. Raises ServerError."""
        for node in self.datanodes:
            node.wait(_serves, "DataNode,name=DataNodeInfo")
        self.namenode.wait(lambda bean: bean.get("Safemode") == "", "NameNode,name=NameNodeInfo")

    def stop(self) -> None:
        """Stop all of it; its files stay."""
        for node in (*self.datanodes, self.namenode):
            node.process.stop()

    def admin(self, *arguments: str) -> str:
        """What `hdfs dfsadmin` says to arguments. Raises ServerError when it fails."""
        tool = replace(self.namenode, runs="tools.DFSAdmin")
        done = subprocess.run(tool.command(*arguments), capture_output=True, text=True, check=False)
        if done.returncode:
            raise ServerError(f"dfsadmin {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done.stdout

    def _configure(self) -> None:
        """Write what all processes are told; they do not start without folders for their pages."""
        for pages in ("hdfs", "datanode"):
            (self.folder / "conf" / "webapps" / pages).mkdir(parents=True, exist_ok=True)
        settings = {
            "fs.defaultFS": self.url,
            "hadoop.tmp.dir": str(self.folder.absolute() / "tmp"),
            "dfs.namenode.name.dir": f"file://{self.folder.absolute()}/name",
            "dfs.namenode.http-address": f"127.0.0.1:{self.http}",
            **SETTINGS,
        }
        said = (f"<property><name>{name}</name><value>{value}</value></property>" for name, value in settings.items())
        (self.folder / "conf" / "hdfs-site.xml").write_text(f"<configuration>{''.join(said)}</configuration>", "utf-8")
        (self.folder / "conf" / "log4j2.properties").write_text(LOGGING, "utf-8")

    def _format(self) -> None:
        """Make a file system without files."""
        done = subprocess.run(self.namenode.command("-format", "-nonInteractive"), capture_output=True, check=False)
        if done.returncode:
            raise ServerError(f"HDFS cannot be made in {self.folder}:\n{done.stdout.decode()[-2000:]}")


def _serves(bean: Mapping[str, Any]) -> bool:
    """Whether a DataNode that says this works for its NameNode."""
    return [actor["ActorState"] for actor in json.loads(bean.get("BPServiceActorInfo", "[]"))] == ["RUNNING"]


if __name__ == "__main__":
    sys.exit(main("hdfs", Hdfs(STATE / "hdfs", *PORTS), sys.argv[1:]))
