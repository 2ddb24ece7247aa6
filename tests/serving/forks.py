"""Processes that run the command in a fork of one that has loaded what a server needs: a start is dear."""

import os
import signal
import sys
from multiprocessing import get_context

FORKS = get_context("forkserver")
FORKS.set_forkserver_preload(["pipelines.serving.app", "pipelines.serving.server", "pipelines.cli.app"])


class Fork:
    """A process that is started in a fork, spoken to as to one of `subprocess`."""

    def __init__(self, arguments, environment, before):
        (out, to_out), (err, to_err) = FORKS.Pipe(duplex=False), FORKS.Pipe(duplex=False)
        self._process = FORKS.Process(target=be_the_command, args=(arguments, environment, before, to_out, to_err))
        self._process.start()
        self.pid = self._process.pid
        to_out.close()
        to_err.close()
        self.stdout, self.stderr = (os.fdopen(os.dup(one.fileno())) for one in (out, err))

    def send_signal(self, number):
        os.kill(self.pid, number)

    def wait(self, seconds):
        """Its exit code once it ended."""
        self._process.join(seconds)
        assert self._process.exitcode is not None, "it still runs"
        return self._process.exitcode


def be_the_command(arguments, environment, before, out, err):
    """Be the command `newsfeed`, once it did what is to be done before."""
    os.dup2(out.fileno(), 1)
    os.dup2(err.fileno(), 2)
    out.close()
    err.close()
    for heard in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(heard, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["newsfeed", *arguments]
    exec(before, {})
    from pipelines.cli import script

    script()
