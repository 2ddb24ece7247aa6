"""The archive has all that the function needs, and no more; it runs where there is nothing but Python."""

import os
import re
import subprocess
import sys
import zipfile

from tests.landing.lines import line
from tests.serverless.archives import PROJECT, archive

ALONE = """
import json, sys
from pipelines.serverless import handler
call = {"requestContext": {"http": {"method": "POST"}}, "body": sys.argv[1]}
print(json.dumps([handler(call)["statusCode"], sorted({name.split(".")[0] for name in sys.modules})]))
"""


def test_the_archive_alone_takes_events_with_nothing_but_python(unpacked, inbox, lines):
    command = [sys.executable, "-S", "-E", "-c", ALONE, line("e-1").decode()]
    done = subprocess.run(command, cwd=unpacked, env={**os.environ}, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("[202, ")
    assert lines() == [[line("e-1")]]
    loaded = set(re.findall(r'"(\w+)"', done.stdout)) - set(sys.stdlib_module_names) - {"__main__"}
    assert loaded == {"pipelines"}


def test_the_archive_has_the_files_of_the_project_and_only_what_the_function_imports(unpacked):
    files = {str(file.relative_to(unpacked)): file.read_bytes() for file in unpacked.rglob("*.py")}
    assert all((PROJECT / name).read_bytes() == data for name, data in files.items())
    folders = {name.split("/")[1] for name in files}
    assert folders == {"__init__.py", "clock.py", "door", "errors.py", "events", "serverless"}
    of_function = {f"pipelines/serverless/{file.name}" for file in (PROJECT / "pipelines" / "serverless").glob("*.py")}
    assert of_function - files.keys() == {"pipelines/serverless/archive.py"}


def test_the_same_modules_are_the_same_bytes_and_the_size_is_told(tmp_path):
    first, second = tmp_path / "a" / "lambda.zip", tmp_path / "b" / "lambda.zip"
    told = archive(first)
    archive(second)
    assert first.read_bytes() == second.read_bytes()
    size, modules = first.stat().st_size, len(zipfile.ZipFile(first).namelist())
    assert told == f"{first}: {size:,} bytes, {modules} modules\n"
