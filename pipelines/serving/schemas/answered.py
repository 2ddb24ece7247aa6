"""Which answer each path gives."""

from pipelines.serving.schemas import of_events, of_lake, of_release
from pipelines.serving.schemas.shapes import Schema, ref

OTHERS = "default"
"""The status of all that are not named."""
PLAIN: Schema = {"description": "As Prometheus reads it.", "content": {"text/plain": {"schema": {"type": "string"}}}}
ANSWERS = {
    "/users/{user}": "Profile",
    "/users/{user}/newsfeed": "Newsfeed",
    "/users/{user}/newsfeed/{post_id}": "Explanation",
    "/users/{user}/timeline": "Timeline",
    "/users/{user}/notifications": "Notifications",
    "/users/{user}/followers": "Followers",
    "/users/{user}/followees": "Followees",
    "/users/{user_id}/version": "Version",
    "/posts/{post_id}": "Post",
    "/people": "People",
    "/search": "Search",
    "/releases": "Releases",
    "/status": "Status",
    "/healthz": "Alive",
    "/readyz": "Ready",
}
OF_EVENTS = {"200": "Taken", "201": "Taken", "409": "NotTaken", "412": "NotTaken", "422": "Faulty"}


def components() -> dict[str, Schema]:
    """All schemas by name."""
    return of_events.schemas() | of_release.schemas() | of_lake.schemas()


def responses(path: str, described: Schema) -> Schema:
    """The responses of an operation, by status, each with its schema; what the framework says of faults is left out."""
    told = {status: said for status, said in described["responses"].items() if "HTTPValidation" not in str(said)}
    if path == "/metrics":
        told["200"] = PLAIN
    elif path in ANSWERS:
        told["200"] = _json(ANSWERS[path], "What is asked for.")
    if any(one["name"] == "after" for one in described.get("parameters", ())):
        told["409"] = _json("NotCovered", "No release that is served covers the event yet.")
    told[OTHERS] = _json("Fault", "Why it cannot be answered.")
    if path == "/events":
        told |= {status: _json(OF_EVENTS.get(status, "Fault"), said["description"]) for status, said in told.items()}
    return told


def _json(name: str, description: str) -> Schema:
    return {"description": description, "content": {"application/json": {"schema": ref(name)}}}
