"""The archive of the function as `make lambda` writes it, and unpacked, as Lambda does it."""

import subprocess
import sys
import zipfile
from pathlib import Path

PROJECT = Path(__file__).parents[2]


def archive(file):
    """Write the archive; what is printed of it."""
    command = [sys.executable, "-m", "pipelines.serverless.archive", str(file)]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout


def unpack(folder):
    """The folder with what the archive has, below one that is there."""
    archive(folder / "lambda.zip")
    zipfile.ZipFile(folder / "lambda.zip").extractall(folder / "task")
    return folder / "task"
