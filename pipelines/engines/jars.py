"""The jars that Spark needs for Delta tables: `python -m pipelines.engines.jars` fetches them from Maven."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from pipelines.engines.base import EngineError, need_spark
from pipelines.errors import NewsfeedError


class Jar(NamedTuple):
    """A jar as Maven knows it, and the SHA-256 of its bytes."""

    organisation: str
    name: str
    version: str
    sha256: str

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.name}-{self.version}.jar"


DELTA = (
    ("delta-spark_4.2_2.13", "27d4fd8b1f879535c573ed1c718177d6a27f24d3e626ba02e216369725721ead"),
    ("delta-storage", "c46735481fa8e326b0957be02b4420cbcab4b325bb08009b7f2045a95133f1cc"),
    ("delta-kernel-api", "ee9b5a14ac3b7efdff4d61a58478fe8eb0e5a3fbca43889dca7290795fe79a11"),
    ("delta-kernel-defaults", "225c975199e4718b38ee5b7e6da7f19e9585024262b2cec2656b32151a856b0b"),
    ("delta-kernel-unitycatalog", "cea22dfb4ac562b3cd27bf652697750e8336009d73fb06631363aaaad5345ffa"),
)
UNITY_CATALOG = (
    ("unitycatalog-client", "48257499a86b801a3e2372cec55ac226ca1c1c7eabe5c118e7302f29a1fdbc19"),
    ("unitycatalog-hadoop", "c47b63c961c87102b9e1d63809a0915ba4c86b7652f57c8d39ca3a05b441a150"),
)
JARS = (
    *(Jar("io.delta", name, "4.4.0", sha256) for name, sha256 in DELTA),
    *(Jar("io.unitycatalog", name, "0.6.0", sha256) for name, sha256 in UNITY_CATALOG),
)
JARS_ALONE = """\
<ivysettings><settings defaultResolver="maven"/>
<resolvers><ibiblio name="maven" m2compatible="true" usepoms="false"/></resolvers></ivysettings>
"""
"""Of Maven's repository only jars are asked for: their descriptions, and those of what these stand on, take longer."""


def folder() -> Path:
    """Where the jars are kept: `NEWSFEED_JARS`, or the user's cache."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("NEWSFEED_JARS") or Path(cache, "newsfeed", "jars")).absolute()


def delta_jars() -> list[str]:
    """The paths of the jars for Delta tables, as `jars` has them."""
    return jars(JARS, "the Delta jars")


def jars(wanted: Sequence[Jar], what: str) -> list[str]:
    """The paths of jars, which are fetched first where any is missing.

    Raises EngineError when they cannot be fetched, which needs Java and Apache Spark itself, and when one of them,
    fetched now or before, has other bytes than are pinned.
    """
    kept = folder()
    if not all((kept / jar.file).exists() for jar in wanted):
        _fetch(wanted, what, kept)
    return [_pinned(kept / jar.file, jar) for jar in wanted]


def _pinned(path: Path, jar: Jar) -> str:
    """The path of a file that is the jar. Raises EngineError for another one."""
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != jar.sha256:
        raise EngineError(f"{path}: expected the jar whose SHA-256 is {jar.sha256}, found {found}")
    return str(path)


def _fetch(wanted: Sequence[Jar], what: str, to: Path) -> None:
    """Get jars from Maven into a folder, which has what it had when one is not as pinned. Raises EngineError."""
    need_spark(f"fetching {what}")
    if shutil.which("java") is None:
        raise EngineError(f"fetching {what} needs Java 17 or newer: 'java' is not on the path")
    to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=to) as work:
        told = _retrieved(wanted, Path(work))
        missing = [jar.file for jar in wanted if not Path(work, jar.file).exists()]
        if missing:
            raise EngineError(
                f"cannot fetch {what} into {to}: Maven did not give {', '.join(missing)}\n{told}".rstrip()
            )
        for path in [_pinned(Path(work, jar.file), jar) for jar in wanted]:
            Path(path).replace(to / Path(path).name)


def _retrieved(wanted: Sequence[Jar], work: Path) -> str:
    """Let Ivy, which comes with PySpark, put jars into a folder; only Java is needed. The end of what it said."""
    import pyspark

    ivy = next(Path(pyspark.__file__).parent.glob("jars/ivy-*.jar"))
    module, settings = work / "ivy.xml", work / "settings.xml"
    module.write_text(_module(wanted), "utf-8")
    settings.write_text(JARS_ALONE, "utf-8")
    command = ["java", "-jar", str(ivy), "-error", "-settings", str(settings), "-ivy", str(module)]
    command += ["-cache", f"{work}/cache", "-confs", "default", "-retrieve", f"{work}/[artifact]-[revision].[ext]"]
    told = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (java)
    return f"{told.stdout[-2000:]}{told.stderr[-2000:]}"


def _module(wanted: Sequence[Jar]) -> str:
    """What Ivy is asked for: these jars, and not what they depend on."""
    asked = [f'<dependency org="{o}" name="{n}" rev="{v}" conf="default->default"/>' for o, n, v, _ in wanted]
    return "\n".join(
        [
            '<ivy-module version="2.0"><info organisation="newsfeed" module="jars"/>',
            '<configurations><conf name="default"/></configurations>',
            f"<dependencies>{''.join(asked)}</dependencies></ivy-module>",
        ]
    )


def main() -> int:
    """Print where the jars are; 1 when they cannot be had."""
    try:
        sys.stdout.write("\n".join([*delta_jars(), ""]))
    except NewsfeedError as fault:
        sys.stderr.write(f"error: {fault}\n")
        return fault.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
