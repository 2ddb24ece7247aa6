"""`newsfeed produce` sends what it says, ends when it should, and says on one line what it cannot do."""

import json
import signal
import subprocess
import sys

import pytest

from pipelines.cli import main
from pipelines.producing.produce import TAKEN_WITHIN, TOLD_TO_END, Limits, produce
from pipelines.producing.traffic import Shares, Traffic
from pipelines.storage.places import PlaceError
from tests.surroundings import HEARING

COMMAND = [sys.executable, "-c", "from newsfeed_pipelines import script; script()", "produce"]
FIXED = ["-", "--network", "XS", "--start", "2026-01-01T00:00:00Z", "--rate", "0"]
WRONG = {
    "--rate inf": "--rate: expected a number of events a second, 0: as fast as it goes, found inf",
    "--network Q": "--network: expected one of XS, S, M, L, found 'Q'",
    "--late 60% --unordered 41%": "--late, --unordered: expected at most 100% together, "
    "as an event is one or the other",
    "--poison 1": "--poison: expected a share such as 1%, at most 100%, found '1'",
    "--duplicates 101%": "--duplicates: expected a share such as 1%, at most 100%, found '101%'",
    "--tombstones 1%": "--tombstones: expected 0%, as - has none",
    "--start today": "--start: expected a time such as 2026-01-31T12:00:00Z, found 'today'",
    "--json": "--json: standard output has the lines; --log-format json tells the facts beside",
}
NO_TARGETS = {
    "events.jsonl": "cannot produce to events.jsonl: expected -, kafka://HOST:PORT/TOPIC or "
    "kinesis://STREAM?region=REGION",
    "kafka://127.0.0.1:1": "kafka://127.0.0.1:1: expected a URL such as kafka://HOST:PORT[,HOST:PORT…]/TOPIC",
    "kafka://127.0.0.1:1/a b": "kafka://127.0.0.1:1/a b: expected a URL such as kafka://HOST:PORT[,HOST:PORT…]/TOPIC",
    "kinesis://": "kinesis://: expected a URL such as kinesis://STREAM?region=REGION",
}


class Kept:
    """A target that keeps what it is sent, and refuses more than it has room for."""

    takes_tombstones = True

    def __init__(self, room=10**9):
        self.room, self.records, self.within = room, [], None

    def send(self, record):
        if len(self.records) == self.room:
            raise PlaceError("no room")
        self.records.append(record)

    def keep_up(self):
        pass

    def finish(self, within):
        self.within = within


def sent(target, limits, shares=Shares(duplicates=0.5, unordered=0.5)):
    return produce(Traffic(50, 7, shares, lambda number: number), target, limits, lambda _: None)


def lines(*arguments):
    """What the command writes on standard output, and what it says."""
    done = subprocess.run([*COMMAND, *FIXED, *map(str, arguments)], capture_output=True, check=True)
    return done.stdout.splitlines(), done.stderr.decode()


def test_the_same_seed_and_start_give_the_same_lines():
    first, said = lines("--events", 3000, "--poison", "2%")
    again, _ = lines("--events", 3000, "--poison", "2%")
    assert first == again
    assert said.startswith(f"produced     3,000 events as {len(first):,} records in ")
    assert lines("--events", 3000, "--seed", 8)[0] != first


def test_without_a_start_events_happen_now_and_are_the_same_but_for_their_times():
    plain = {"--duplicates": "0%", "--late": "0%", "--poison": "0%"}
    arguments = ["--events", "200", *(word for pair in plain.items() for word in pair)]
    now = subprocess.run([*COMMAND, "-", "--network", "XS", *arguments], capture_output=True, check=True)
    events = [[json.loads(line) for line in found] for found in (lines(*arguments)[0], now.stdout.splitlines())]
    times = [[event.pop("event_time") for event in found] for found in events]
    assert events[0] == events[1]
    assert times[0] != times[1]
    assert max(times[0]) < "2026-01-01T00:00:01" < min(times[1])


def test_it_ends_after_so_many_events_and_sends_what_was_held_back():
    target = Kept()
    done = sent(target, Limits(0, 5000, None, lambda: False))
    assert (done.acts, done.records, target.within) == (5000, len(target.records), TAKEN_WITHIN)
    assert len({json.loads(record.value)["event_id"] for record in target.records}) == 5000


def test_told_to_end_it_sends_what_was_held_back_and_waits_until_it_is_taken():
    target = Kept()
    done = sent(target, Limits(0, None, None, lambda: len(target.records) > 3000))
    assert target.within == TOLD_TO_END
    assert len({json.loads(record.value)["event_id"] for record in target.records}) == done.acts >= 2000


def test_it_ends_after_so_many_seconds():
    assert sent(Kept(), Limits(100, None, 0.2, lambda: False)).acts <= 20
    assert sent(Kept(), Limits(100, None, 0, lambda: False)).records == 0


def test_what_a_target_refuses_ends_it():
    with pytest.raises(PlaceError, match="no room"):
        sent(Kept(room=100), Limits(0, None, None, lambda: False))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_cleanly_with_all_that_it_says_to_have_sent(number):
    with subprocess.Popen(
        [*HEARING, *COMMAND, "-", "--network", "XS"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
    ) as process:
        first = process.stdout.readline()
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    records = 1 + out.count(b"\n")
    assert json.loads(first)["event_type"] == "registered"
    assert (process.returncode, f" as {records:,} records in " in err.decode()) == (0, True), err


def test_when_nobody_reads_on_it_ends(tmp_path):
    with subprocess.Popen([*COMMAND, *FIXED], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(60) == 141
        assert process.stderr.read() == b""


def test_facts_are_told_as_json_where_logs_are_collected():
    command = [*COMMAND, *FIXED, "--events", "100", "--log-format", "json"]
    done = subprocess.run(command, capture_output=True, check=True)
    (fact,) = map(json.loads, done.stderr.splitlines())
    assert (fact["message"], fact["events"], fact["records"]) == ("produced", 100, done.stdout.count(b"\n"))


@pytest.mark.parametrize("options", WRONG)
def test_what_does_not_fit_is_told_on_one_line(options, capsys):
    assert main(["produce", "-", *options.split(), "--events", "1"]) == 2
    assert capsys.readouterr().err == f"error: {WRONG[options]}\n"


@pytest.mark.parametrize("target", NO_TARGETS)
def test_a_target_that_is_none_is_told_on_one_line(target, capsys):
    assert main(["produce", target, "--events", "1"]) == 2
    assert capsys.readouterr().err == f"error: {NO_TARGETS[target]}\n"


@pytest.mark.parametrize(("target", "package"), [("kafka://h:1/t", "confluent_kafka"), ("kinesis://s", "boto3")])
def test_a_target_whose_extra_is_not_installed_names_it(target, package, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    kind = target.partition(":")[0]
    assert main(["produce", target, "--events", "1"]) == 2
    needed = f"it needs the extra {kind}: pip install 'newsfeed-pipelines[{kind}]'"
    assert capsys.readouterr().err == f"error: cannot produce to {target}: {needed}\n"
