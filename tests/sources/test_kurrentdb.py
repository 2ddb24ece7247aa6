"""What the client of KurrentDB gives lands once, up to the end as of now."""

from base64 import b64decode
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pipelines.errors import UsageError
from pipelines.landing.land import land, positions_of
from pipelines.sources.base import Lost
from pipelines.sources.kurrentdb import opened
from pipelines.storage.places import PlaceError
from tests.landing.lines import CLOCK, ids, line, quarantined, rows_of
from tests.sources.kurrentdb import Streams, answering, event


@pytest.fixture
def streams():
    return Streams()


@pytest.fixture
def server(streams):
    with answering(streams) as at:
        yield at


@pytest.fixture
def land_all(lake, engine, server):
    def do(stream="$all", **given):
        return land(lake, engine, [f"kurrentdb://{server}/{stream}?Tls=false"], clock=CLOCK, **given)

    return do


def category(first, *data):
    """Events of a category as links lead to them, from a revision on."""
    for revision, one in enumerate(data, first):
        link = event(b"0@feed-1", 1000 + revision, revision, "$ce-feed", "$>")
        yield event(one, 100 + revision, 7 * revision), link


def test_what_came_since_lands_without_what_the_system_writes(streams, land_all, lake):
    streams.all = [
        event(line("e-1"), 10),
        event(b"{}", 11, stream="$settings", kind="settings"),
        event(b"0@feed-1", 12, stream="$ce-feed", kind="$>"),
        event(line("e-2").replace(b", ", b",\n"), 13, stream="feed-2"),
    ]
    done = land_all()
    assert (done.landed, done.left_out, done.behind) == (2, {"events of the system": 1}, 0)
    assert land_all().lines == 0
    streams.all += [event(line("e-3"), 20), event(b"", 21)]
    assert (land_all().landed, ids(lake)) == (1, ["e-1", "e-2", "e-3"])
    (position,) = positions_of(lake).values()
    assert position == {"last": 21, "id": streams.all[-1].id.string}


def test_a_category_is_read_by_its_links(streams, land_all, lake):
    streams.streams["$ce-feed"] = list(category(0, line("e-1"), line("e-2")))
    assert land_all("$ce-feed").landed == 2
    streams.streams["$ce-feed"] += category(2, line("e-3"))
    assert land_all("$ce-feed").lines == 1
    assert next(iter(positions_of(lake).values()))["last"] == 2


def test_poison_is_quarantined_by_stream_and_place(streams, land_all, lake, server):
    streams.all = [event(line("e-1"), 10), event(b"poison", 11), event(b"[]\n", 12, content="application/octet-stream")]
    assert land_all().quarantined == 2
    assert [row["source"] for row in quarantined(lake)] == [f"kurrentdb://{server}/$all#{at}" for at in (11, 12)]


def test_many_events_land_in_several_commits_none_of_which_cuts_another(streams, land_all, lake, monkeypatch):
    monkeypatch.setattr("pipelines.sources.kurrentdb_reader.TOGETHER", 500)
    monkeypatch.setattr("pipelines.sources.kurrentdb_reader.AT_ONCE", 1)
    streams.all = [event(line(f"e-{n:02}"), 10 + n // 3) for n in range(30)]
    assert (land_all().landed, land_all().lines) == (30, 0)
    landings = [row["landing"] for row in rows_of(lake.log, "event_id")]
    assert landings == sorted(landings)
    assert len(set(landings)) == 5
    assert landings[::3] == landings[1::3] == landings[2::3]


def test_an_empty_database_has_nothing_to_land(land_all):
    assert (land_all().lines, land_all().behind) == (0, 0)


@pytest.mark.parametrize(
    ("stream", "since", "says"),
    [
        ("$all", [event(line("e-1"), 9)], "it ends at 9, though it was read up to 10"),
        ("$ce-feed", list(category(4, line("e-3"))), "it lost up to 3 events before they landed, those at 1 to 3"),
    ],
)
def test_what_is_gone_stops_it_until_that_is_accepted(streams, land_all, lake, stream, since, says):
    streams.all, streams.streams["$ce-feed"] = [event(line("e-1"), 10)], list(category(0, line("e-1")))
    land_all(stream)
    streams.all, streams.streams["$ce-feed"] = since, since
    with pytest.raises(Lost, match=says):
        land_all(stream)
    assert says in land_all(stream, accept_loss=True).warnings[0]
    assert land_all(stream).warnings == ()


@pytest.mark.parametrize("stream", ["$all", "$ce-feed"])
def test_what_is_gone_but_had_landed_is_no_loss(streams, land_all, stream):
    streams.all, streams.streams["$ce-feed"] = [event(line("e-1"), 10)], list(category(0, line("e-1")))
    land_all(stream)
    streams.all, streams.streams["$ce-feed"] = [event(line("e-2"), 12)], list(category(1, line("e-2")))
    assert land_all(stream).landed == 1


def test_a_database_that_was_made_again_is_noticed(streams, land_all):
    streams.all = [event(line("e-1"), 10)]
    land_all()
    streams.all = [event(line("e-2"), 9), event(line("e-3"), 10)]
    with pytest.raises(Lost, match="it was made again since"):
        land_all()
    assert land_all(accept_loss=True).landed == 2


def test_what_the_client_says_is_told(streams, land_all, server):
    with pytest.raises(PlaceError, match=f"cannot read kurrentdb://{server}/none.Tls=false: there is no such stream"):
        land_all("none")
    streams.fault = (grpc.StatusCode.PERMISSION_DENIED, "not you")
    with pytest.raises(PlaceError, match="AccessDenied"):
        land_all()


def test_a_server_that_is_not_there_is_told_of(lake, engine):
    with pytest.raises(PlaceError, match=r"cannot read kurrentdb://127.0.0.1:9/.all.*ServiceUnavailable"):
        land(lake, engine, ["kurrentdb://127.0.0.1:9/$all?Tls=false"], clock=CLOCK)


@pytest.fixture(scope="module")
def key_and_certificate():
    """A key, and a certificate that this machine has it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    begins = datetime.now(UTC) - timedelta(days=1)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, begins, begins + timedelta(days=2))
    made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
    pem = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return key.private_bytes(*pem), made.sign(key, hashes.SHA256()).public_bytes(pem[0])


@pytest.mark.parametrize("secret", ["changeit", "a/b?c#d@e:f%41 g", "ünï"])
def test_who_reads_is_told_as_the_variables_say_it(
    streams, lake, engine, monkeypatch, tmp_path, key_and_certificate, secret
):
    streams.all = [event(line("e-1"), 10)]
    (tmp_path / "ca.pem").write_bytes(key_and_certificate[1])
    monkeypatch.setenv("KURRENTDB_USERNAME", "me@work")
    monkeypatch.setenv("KURRENTDB_PASSWORD", secret)
    with answering(streams, key_and_certificate) as at:
        url = f"kurrentdb://{at}/$all?TlsCaFile={tmp_path / 'ca.pem'}"
        assert land(lake, engine, [url], clock=CLOCK).landed == 1
    assert b64decode(streams.asked_by.removeprefix("Basic ")).decode() == f"me@work:{secret}"


@pytest.mark.parametrize(
    "url",
    [
        "kurrentdb://h:1",
        "kurrentdb://h/$all",
        "kurrentdb://me:secret@h:1/$all",
        "kurrentdb://[::1:1/$all",
        "kurrentdb://me:secret@[::1:1/$all",
    ],
)
def test_a_url_says_servers_and_a_stream_and_no_password(url):
    with pytest.raises(UsageError, match="expected") as told:
        opened(url, accept_loss=False)
    assert "secret" not in str(told.value)
