"""Segments that landed go once they are old, or somebody is erased of whom they have events."""

from pathlib import Path
from time import sleep

import pytest

from pipelines.erasing.erase import erase
from pipelines.serving.intake.clearing import Clearing
from pipelines.serving.intake.landed import Landed
from tests.landing.lines import line

KEPT = 7 * 86400.0


@pytest.fixture
def seal(taking):
    """A function that takes events, and seals their segment, which has just these; its name."""

    def sealed(*lines):
        taking.take(*lines)
        taking.seal()
        return max(path.name for path in Path(taking.folder).glob("segment-*"))

    return sealed


@pytest.fixture
def landed(taking, lake):
    """A function that makes what clears the folder of what landed, so many seconds from now."""
    return lambda later=0.0: Landed(
        lake, taking.folder, f"{taking.folder}/done", KEPT, lambda: _begun(taking) / 1000 + later
    )


def _begun(taking):
    return max(int(path.name[8:21]) for path in Path(taking.folder).glob("done/segment-*"))


def there(taking, folder="done"):
    return sorted(path.name for path in (Path(taking.folder) / folder).iterdir() if path.is_file())


def test_what_landed_goes_once_it_is_old_and_nothing_else_does(taking, seal, landed):
    seal(line("e-1"))
    taking.land()
    waits, (old,) = seal(line("e-2")), there(taking)
    (Path(taking.folder) / "done" / "other.jsonl").write_text("kept")
    landed(KEPT).clear()
    assert there(taking) == ["other.jsonl", old]
    landed(KEPT + 1).clear()
    assert there(taking) == ["other.jsonl"]
    assert waits in there(taking, ".")


def test_a_landed_segment_of_a_name_that_was_taken_goes_too(taking, seal, landed):
    seal(line("e-1"))
    taking.land()
    (first,) = there(taking)
    (Path(taking.folder) / "done" / f"{first}.2").write_bytes(b"")
    landed(KEPT + 1).clear()
    assert there(taking) == []


def test_where_nothing_landed_yet_there_is_nothing_to_clear(lake, tmp_path):
    Landed(lake, str(tmp_path / "inbox"), str(tmp_path / "inbox" / "done"), KEPT).clear()


def test_what_an_erased_person_said_goes_at_the_next_look_also_where_it_waited(taking, seal, landed, lake, engine):
    both = seal(line("e-1", "posted"), line("e-2", "posted", actor_id=6, post_id=10))
    taking.land()
    others = seal(line("e-3", "posted", actor_id=66, post_id=11, text='{"actor_id": 5}'))
    taking.land()
    clearing = landed()
    clearing.clear()
    assert there(taking) == [both, others]
    late = seal(line("e-4", "posted", actor_id=6, post_id=12))
    erase(lake, engine, [6], "ticket")
    clearing.clear()
    assert (there(taking), late in there(taking, ".")) == ([others], True)
    taking.land()
    clearing.clear()
    assert there(taking) == [others]
    since = seal(line("e-5", "posted", actor_id=6, post_id=13))
    taking.land()
    clearing.clear()
    landed().clear()
    assert there(taking) == [others, since]


def test_what_fails_is_told_once_and_tried_again(caplog):
    class Failing:
        asked = 0

        def clear(self):
            self.asked += 1
            raise PermissionError(13, "Permission denied", "done/segment")

    failing = Failing()
    clearing = Clearing(failing, 0.1)
    while failing.asked < 3:
        sleep(0.001)
    clearing.end()
    (told,) = [one.getMessage() for one in caplog.records]
    assert told.startswith("segments that landed are not cleared: ")
    assert told.endswith("; it is tried again")
