"""The least that a batch can take: the rows of the files that it wrote, read and written once, and just their bytes."""

import tempfile
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from time import perf_counter

from pipelines.cores import cores
from pipelines.runs.publishing import projections
from pipelines.storage import datafiles
from pipelines.storage.file_writer import FileWriter

Copy = Callable[[Path, Path], None]


def floors(files: Sequence[Path]) -> dict[str, float]:
    """The seconds on all cores to copy data files row by row, as a run writes them but unchecked, and byte by byte."""
    return {"rows once": _timed(_rows, files), "bytes once": _timed(_bytes, files)}


def _timed(copy: Copy, files: Sequence[Path]) -> float:
    """The seconds of a copy of each file, which is thrown away."""
    with tempfile.TemporaryDirectory(dir=files[0].parents[2]) as out, ThreadPoolExecutor(cores()) as pool:
        start = perf_counter()
        list(pool.map(partial(copy, Path(out)), files))
        return perf_counter() - start


def _rows(out: Path, file: Path) -> None:
    """Read all rows of a file and write them to another one."""
    writer = FileWriter(str(out), projections()["/".join(file.parts[-3:-1])].table, 0, hashed=False)
    for batch in datafiles.read(str(file), None).combine_chunks().to_batches():
        writer.write(batch)
    writer.close()


def _bytes(out: Path, file: Path) -> None:
    """Read all bytes of a file, sum them and write them to another one."""
    data = file.read_bytes()
    (out / f"{file.stem}-{zlib.crc32(data):08x}").write_bytes(data)
