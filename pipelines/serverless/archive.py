"""The function as an archive for AWS Lambda: `python -m pipelines.serverless.archive FILE.zip`, or `make lambda`.

It has the modules that the function imports and no others. The same modules are the same bytes.
"""

import sys
import zipfile
from pathlib import Path

from pipelines.serverless import buckets, handler

PACKAGE = Path(__file__).parents[1]
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that an archive can tell."""
MODE = 0o644 << 16

__all__ = ["buckets", "handler", "main"]


def files() -> list[Path]:
    """The files of the modules that the function imports."""
    named = {getattr(module, "__file__", None) for name, module in sys.modules.items() if name.startswith("pipelines")}
    return sorted({Path(name) for name in named if name} - {Path(__file__)})


def write(archive: Path) -> int:
    """Write the archive; its size in bytes."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for file in files():
            entry = zipfile.ZipInfo(file.relative_to(PACKAGE.parent).as_posix(), EPOCH)
            entry.external_attr = MODE
            packed.writestr(entry, file.read_bytes(), zipfile.ZIP_DEFLATED, 9)
    return archive.stat().st_size


def main() -> None:
    """Write the archive that the one argument names, and say how large it is."""
    archive = Path(sys.argv[1])
    archive.parent.mkdir(parents=True, exist_ok=True)
    print(f"{archive}: {write(archive):,} bytes, {len(files())} modules")  # noqa: T201


if __name__ == "__main__":
    main()
