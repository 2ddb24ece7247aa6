"""Copies of the project with other versions of its contract, each a deployment of its own over the same lake."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2]
COPIED = ("pipelines", "tests/versions")
DIFF = re.compile(r"^```diff\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FIRST_VERSION = """
from dataclasses import replace

EVENT = replace(EVENT, payload=EVENT.payloads[0], earlier=())
"""
COMMANDS = """
import json, sys
from pipelines.cli import main
sys.exit(max(main(command) for command in json.loads(sys.argv[1])))
"""


class Deployment:
    """A copy of the project in a new folder."""

    def __init__(self, folder):
        self.folder = folder
        for name in COPIED:
            shutil.copytree(PROJECT / name, folder / name)

    def knows_only_first_versions_of(self, *event_types):
        for name in event_types:
            with (self.folder / "pipelines" / "events" / f"{name}.py").open("a") as file:
                file.write(FIRST_VERSION)
        return self

    def knows_the_first_common_fields_alone(self):
        with (self.folder / "pipelines" / "events" / "contract.py").open("a") as file:
            file.write("\nENVELOPE = ENVELOPE[:5]\n")
        return self

    def has_the_diff_of(self, page):
        (diff,) = DIFF.findall((PROJECT / page).read_text("utf-8"))
        self.start("git", "apply", "-", text=diff)
        return self

    def newsfeed(self, root, *commands):
        """Runs commands on a lake, one after another, in one new process."""
        arguments = [[*command.split(), "--root", root] for command in commands]
        return self.start(sys.executable, "-c", COMMANDS, json.dumps(arguments))

    def start(self, *command, text=None):
        """What a process prints, in which this deployment is the project."""
        settings = os.environ | {"PYTHONPATH": str(self.folder), "GIT_CEILING_DIRECTORIES": str(self.folder.parent)}
        done = subprocess.run(
            command, cwd=self.folder, env=settings, input=text, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout
