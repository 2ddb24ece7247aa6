"""A server that just takes events, as a process: it prints its port, and ends with its standard input."""

import sys
import threading

from fastapi import FastAPI

from pipelines.serving import events, server
from pipelines.serving.taking import Pace, inbox_of, taking
from pipelines.storage.lake import Lake


def main():
    lake, pace = Lake.at(sys.argv[1]), Pace(*(float(given) or None for given in sys.argv[2:4]))
    inbox, ends = inbox_of(lake, None), threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ends.set()), daemon=True).start()
    with server.listening("127.0.0.1", 0) as listener, taking(lake, inbox, pace) as intake:
        app = FastAPI()
        app.include_router(events.routes(intake))
        print(server.url_of(listener), flush=True)
        server.serve(app, listener, ends.is_set)


if __name__ == "__main__":
    main()
