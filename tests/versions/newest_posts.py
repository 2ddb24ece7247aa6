"""Prints the `posted` of a lake's log in their newest version, as the deployment that runs this reads them."""

import json
import sys

from pipelines.engines import open_engine
from pipelines.log.events import Log
from pipelines.runs.frames import frame_of_log
from pipelines.storage import delta
from pipelines.storage.lake import Lake


def print_posts(root):
    lake = Lake.at(root)
    with open_engine("sail") as engine:
        log = Log(tuple(delta.sizes(lake.log, delta.find(lake.log))))
        events = frame_of_log(engine.session, engine.slots, log)
        posts = events.where("event_type = 'posted'").select("event_id", "version", "languages", "licence").collect()
        print(json.dumps(sorted(list(post) for post in posts)))


print_posts(sys.argv[1])
