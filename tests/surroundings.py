"""The environment of a process that a user starts."""

import os

from pipelines.engines.connect import CONNECT_MODE


def environment(**settings: str) -> dict[str, str]:
    """This process's environment with the settings, without what a Connect session of PySpark leaves in it."""
    inherited = {name: value for name, value in os.environ.items() if name != CONNECT_MODE}
    return inherited | settings


HEARING = ("env", "--default-signal=HUP,INT,TERM")
"""What starts a command that hears signals, also where the tests run behind `nohup` or in the background."""
