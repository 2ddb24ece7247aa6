"""Who is called: a server that keeps the texts that are sent to it."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer


class Pager(BaseHTTPRequestHandler):
    """Keeps the texts that are sent to it."""

    def do_POST(self):
        size = int(self.headers["Content-Length"])
        self.server.texts.append(json.loads(self.rfile.read(size))["text"])
        self.send_response(200)
        self.end_headers()

    def log_message(self, *arguments):
        pass


@contextmanager
def paging():
    with HTTPServer(("127.0.0.1", 0), Pager) as server:
        server.texts = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def alerts_to(pager):
    """The settings with which Airflow calls a pager."""
    address = f"http://127.0.0.1:{pager.server_port}/page"
    return {"AIRFLOW_CONN_NEWSFEED_ALERTS": json.dumps({"conn_type": "generic", "password": address})}
