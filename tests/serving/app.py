"""A program that serves what takes events, and nothing else, in a fork for each line that it reads, a root.

The fork's process and port are written as a line of JSON, then that it is gone. Nobody lands what is taken.
"""

import json
import os
import sys

from fastapi import FastAPI

from pipelines.compiled.ahead import compile_all
from pipelines.serving import events, server
from pipelines.serving.taking import Pace, inbox_of, taking
from pipelines.storage.lake import Lake


def serve(root):
    lake = Lake.at(root)
    with server.listening("127.0.0.1", 0) as listener, taking(lake, inbox_of(lake, None), Pace()) as intake:
        app = FastAPI()
        app.include_router(events.routes(intake))
        print(json.dumps({"pid": os.getpid(), "port": listener.getsockname()[1]}), flush=True)
        server.serve(app, listener, lambda: False)


if __name__ == "__main__":
    compile_all()
    for line in sys.stdin:
        if os.fork() == 0:
            try:
                serve(line.strip())
            finally:
                os._exit(1)
        os.wait()
        print("gone", flush=True)
