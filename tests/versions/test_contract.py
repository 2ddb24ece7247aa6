"""What each version of each event type asks for. A line here is never changed: new versions are new lines."""

import subprocess
import sys

from pipelines.events import CONTRACT, CONTRACT_VERSION

PAYLOADS = {
    "registered 1": "username string, first_name string, last_name string, bio string?",
    "registered 2": "username string, first_name string, last_name string, bio string?, invited_by_id bigint?",
    "profile_changed 1": "username string?, first_name string?, last_name string?, bio string?",
    "deactivated 1": "",
    "reactivated 1": "",
    "followed 1": "followee_id bigint",
    "unfollowed 1": "followee_id bigint",
    "blocked 1": "blocked_id bigint",
    "unblocked 1": "blocked_id bigint",
    "muted 1": "muted_id bigint",
    "unmuted 1": "muted_id bigint",
    "posted 1": "post_id bigint, text string, reply_to_post_id bigint?, mentioned_ids array<bigint>?, language string?",
    "posted 2": "post_id bigint, text string, reply_to_post_id bigint?, mentioned_ids array<bigint>?, "
    "languages array<string>?",
    "post_edited 1": "post_id bigint, text string",
    "post_deleted 1": "post_id bigint",
    "reposted 1": "post_id bigint",
    "repost_undone 1": "post_id bigint",
    "liked 1": "post_id bigint",
    "unliked 1": "post_id bigint",
}


def test_a_version_once_published_never_changes():
    found = {
        f"{name} {number}": ", ".join(f"{field.name} {field.type}{'' if field.required else '?'}" for field in payload)
        for name, event in CONTRACT.items()
        for number, payload in enumerate(event.payloads, 1)
    }
    assert found == PAYLOADS


def test_one_contract_has_one_version_in_every_process():
    code = "from pipelines.events import CONTRACT_VERSION; print(CONTRACT_VERSION)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == CONTRACT_VERSION
