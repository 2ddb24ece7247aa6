"""A reader that reads all files of a release's views, one at a time, each when it is told to by a line."""

import sys

import pyarrow.parquet as pq

from pipelines.reading.reader import Reader
from pipelines.storage import delta
from pipelines.storage.lake import Lake


def main(root, number):
    tables = Reader.of(Lake.at(root), int(number)).tables()
    print("opened", flush=True)
    for handle in tables.values():
        for file in delta.files(handle):
            sys.stdin.readline()
            print(pq.read_table(file).num_rows, flush=True)
    print("end", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
