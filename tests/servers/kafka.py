"""A real Apache Kafka on loopback, one node: `python -m tests.servers.kafka up|down`.

Its jars, with all that they need, and the SHA-256 of each, are in `kafka.lock`.
"""

import os
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import uuid4

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from pipelines.engines.jars import Jar, jars
from tests.servers.command import STATE, main
from tests.servers.processes import Process, ServerError, free_port

LOCK = Path(__file__).with_name("kafka.lock")
JAVA = ("java", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.net.preferIPv4Stack=true")
STARTS_WITHIN = 60.0
"""Seconds that it may take to start."""
ANSWERS_WITHIN = 15.0
"""Seconds in which a topic is made or deleted."""
PORT = 9830
"""Where `up` starts it."""
SETTINGS = {
    "process.roles": "broker,controller",
    "node.id": 1,
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "auto.create.topics.enable": "false",
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "allow.everyone.if.no.acl.found": "true",
    "broker.session.timeout.ms": 1500,  # else one that was killed is taken for alive for nine seconds when it is back
    "broker.heartbeat.interval.ms": 250,
    "group.initial.rebalance.delay.ms": 0,
    "offsets.topic.num.partitions": 1,
    "offsets.topic.replication.factor": 1,
    "transaction.state.log.num.partitions": 1,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": 1000,
    "share.coordinator.state.topic.num.partitions": 1,
    "share.coordinator.state.topic.replication.factor": 1,
    "share.coordinator.state.topic.min.isr": 1,
    "log.initial.task.delay.ms": 500,  # what retention and compaction do is seen within a second
    "log.retention.check.interval.ms": 500,
    "log.cleaner.backoff.ms": 500,
    "log.segment.delete.delay.ms": 500,
}
LOGGING = """\
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d %p %c{1}: %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
"""


@dataclass
class Kafka:
    """A broker that keeps all it has in a folder; at free ports unless they are given."""

    folder: Path
    port: int = field(default_factory=free_port)
    controller: int = field(default_factory=free_port)

    @property
    def address(self) -> str:
        """Where clients find it."""
        return f"127.0.0.1:{self.port}"

    def url(self, topic: str) -> str:
        """The URL of a topic."""
        return f"kafka://{self.address}/{topic}"

    @cached_property
    def process(self) -> Process:
        """Its process."""
        return Process(self.folder, "kafka")

    @cached_property
    def admin(self) -> AdminClient:
        """A client that administrates it; what it logs of a broker that is not there is left out."""
        return AdminClient({"bootstrap.servers": self.address, "log_level": 0, "reconnect.backoff.max.ms": 250})

    def start(self) -> str:
        """Start it, without topics the first time, and wait until it serves. Raises ServerError."""
        self._configure()
        if not (self.folder / "data" / "meta.properties").exists():
            self._format()
        self.process.start(self._command("kafka.Kafka", self._settings), os.environ)
        self.wait()
        return f"Kafka is at {self.address}; a topic is named {self.url('TOPIC')}"

    def wait(self) -> None:
        """Wait until it serves clients. Raises ServerError."""
        self.process.wait_until(self._serves, STARTS_WITHIN)

    def stop(self) -> None:
        """Stop it; its topics stay."""
        self.process.stop()

    def kill(self) -> None:
        """End it at once, as a power loss would; it can be started again on what it wrote."""
        self.process.kill()

    def create_topic(self, name: str, partitions: int = 1, **config: object) -> str:
        """Make a topic, settings such as `max_message_bytes=1000` among them, and wait until it serves; its URL."""
        told = {key.replace("_", "."): str(value) for key, value in config.items()}
        topic = NewTopic(name, num_partitions=partitions, replication_factor=1, config=told)
        self.admin.create_topics([topic])[name].result(ANSWERS_WITHIN)
        self.wait_for(name, partitions)
        return self.url(name)

    def wait_for(self, topic: str, partitions: int) -> None:
        """Wait until a topic serves with so many partitions. Raises ServerError."""
        self._until(lambda: _led(self._topics().get(topic), partitions), f"topic {topic} is made, but does not serve")

    def delete_topic(self, name: str) -> None:
        """Delete a topic, and wait until it is gone."""
        self.admin.delete_topics([name])[name].result(ANSWERS_WITHIN)
        self._until(lambda: name not in self._topics(), f"topic {name} is deleted, but still there")

    def _topics(self) -> Mapping[str, Any]:
        return self.admin.list_topics(timeout=ANSWERS_WITHIN).topics

    def _serves(self) -> bool:
        try:
            return bool(self.admin.list_topics(timeout=1).brokers)
        except KafkaException:
            return False

    def _until(self, done: Callable[[], bool], fault: str) -> None:
        ends = time.monotonic() + ANSWERS_WITHIN
        while not done():
            if time.monotonic() > ends:
                raise ServerError(fault)
            time.sleep(0.02)

    @property
    def _settings(self) -> str:
        return f"{self.folder}/conf/server.properties"

    def _command(self, runs: str, *arguments: str) -> list[str]:
        conf = f"{self.folder.absolute()}/conf"
        classes = ":".join(jars(_locked(), "Kafka's server"))
        return [*JAVA, f"-Dlog4j2.configurationFile={conf}/log4j2.properties", "-cp", classes, runs, *arguments]

    def _configure(self) -> None:
        listeners = f"PLAINTEXT://{self.address},CONTROLLER://127.0.0.1:{self.controller}"
        settings = {
            **SETTINGS,
            "controller.quorum.bootstrap.servers": f"127.0.0.1:{self.controller}",
            "listeners": listeners,
            "advertised.listeners": listeners,
            "log.dirs": f"{self.folder.absolute()}/data",
        }
        (self.folder / "conf").mkdir(parents=True, exist_ok=True)
        lines = "".join(f"{name}={value}\n" for name, value in settings.items())
        Path(self._settings).write_text(lines, "utf-8")
        (self.folder / "conf" / "log4j2.properties").write_text(LOGGING, "utf-8")

    def _format(self) -> None:
        """Make a cluster without topics, of an id of its own."""
        told = ["--standalone", f"--cluster-id={_cluster_id()}", "-c", self._settings]
        command = self._command("kafka.tools.StorageTool", "format", *told)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ServerError(f"Kafka cannot be made in {self.folder}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def _locked() -> list[Jar]:
    """The jars of the lock."""
    lines = (line.replace(":", " ").split() for line in LOCK.read_text("utf-8").splitlines())
    return [Jar(organisation, name, version, sha256) for organisation, name, version, sha256 in lines]


def _cluster_id() -> str:
    return urlsafe_b64encode(uuid4().bytes).decode().rstrip("=")


def _led(topic: Any, partitions: int) -> bool:
    """Whether each partition of a topic has its leader."""
    return topic is not None and sum(one.leader >= 0 for one in topic.partitions.values()) == partitions


if __name__ == "__main__":
    sys.exit(main("kafka", Kafka(STATE / "kafka", PORT, PORT + 1), sys.argv[1:]))
