"""The jars that Spark needs for Delta tables: `python -m pipelines.engines.jars` fetches them from Maven."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pipelines.engines.base import EngineError, need_spark
from pipelines.errors import NewsfeedError

Jar = tuple[str, str, str]
"""A jar as Maven knows it: its organisation, its name, its version."""
JARS: tuple[Jar, ...] = (
    ("io.delta", "delta-spark_4.2_2.13", "4.4.0"),
    ("io.delta", "delta-storage", "4.4.0"),
    ("io.delta", "delta-kernel-api", "4.4.0"),
    ("io.delta", "delta-kernel-defaults", "4.4.0"),
    ("io.delta", "delta-kernel-unitycatalog", "4.4.0"),
    ("io.unitycatalog", "unitycatalog-client", "0.6.0"),
    ("io.unitycatalog", "unitycatalog-hadoop", "0.6.0"),
)


def folder() -> Path:
    """Where the jars are kept: `NEWSFEED_JARS`, or the user's cache."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("NEWSFEED_JARS") or Path(cache, "newsfeed", "jars")).absolute()


def delta_jars() -> list[str]:
    """The paths of the jars for Delta tables, as `jars` has them."""
    return jars(JARS, "the Delta jars")


def jars(wanted: Sequence[Jar], what: str) -> list[str]:
    """The paths of jars, which are fetched first where any is missing.

    Raises EngineError when they cannot be fetched, which needs Java and Apache Spark itself.
    """
    paths = [folder() / f"{name}-{version}.jar" for _, name, version in wanted]
    if not all(path.exists() for path in paths):
        _fetch(wanted, what, folder())
    missing = [path.name for path in paths if not path.exists()]
    if missing:
        raise EngineError(f"{folder()} does not have {', '.join(missing)}, and Maven did not give them")
    return [str(path) for path in paths]


def _fetch(wanted: Sequence[Jar], what: str, to: Path) -> None:
    """Let Ivy, which comes with PySpark, check the jars' sums and put them into a folder; only Java is needed."""
    need_spark(f"fetching {what}")
    if shutil.which("java") is None:
        raise EngineError(f"fetching {what} needs Java 17 or newer: 'java' is not on the path")
    import pyspark

    ivy = next(Path(pyspark.__file__).parent.glob("jars/ivy-*.jar"))
    with tempfile.TemporaryDirectory() as work:
        module = Path(work, "ivy.xml")
        module.write_text(_module(wanted), "utf-8")
        command = ["java", "-jar", str(ivy), "-error", "-ivy", str(module), "-cache", f"{work}/cache"]
        command += ["-confs", "default", "-types", "jar", "-retrieve", f"{to}/[artifact]-[revision].[ext]"]
        told = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (java)
    if told.returncode:
        raise EngineError(f"cannot fetch {what} into {to}:\n{told.stdout[-2000:]}{told.stderr[-2000:]}")


def _module(wanted: Sequence[Jar]) -> str:
    """What Ivy is asked for: the jars alone, without what they depend on, which Spark brings."""
    asked = [f'<dependency org="{o}" name="{n}" rev="{v}" conf="default->master"/>' for o, n, v in wanted]
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
