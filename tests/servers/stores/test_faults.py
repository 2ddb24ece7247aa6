"""What is wrong with a server, or with what a URL says of one, is told on one line, and nothing waits for ever."""

import os
import signal
from pathlib import Path

import psycopg
import pytest

from pipelines.errors import UsageError
from pipelines.stores import postgresql_client, redis_client
from pipelines.stores.base import StoreError
from pipelines.stores.publish import publish
from pipelines.stores.verifying import verify
from tests.servers.processes import free_port
from tests.servers.proxy import black_hole
from tests.servers.redis import Redis
from tests.stores.contract import opened

KINDS = ("redis", "postgresql")
both = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    for module in (redis_client, postgresql_client):
        monkeypatch.setattr(module, "PATIENCE", 2)
    monkeypatch.setattr(postgresql_client, "LONGEST", 2)
    monkeypatch.setattr(postgresql_client.Connection, "patience", 2)


def fault_of(url, lake, kind=StoreError):
    """What is said when a release is published there, on one line, without a password."""
    with pytest.raises(kind) as fault, opened(url) as store:
        publish(lake, [store])
    assert "\n" not in str(fault.value)
    assert "secret" not in str(fault.value)
    return fault.value


@both
def test_no_server(kind, lakes):
    fault = fault_of(f"{kind}://somebody:secret@127.0.0.1:{free_port()}/0", lakes.last)
    assert f"cannot read {kind}://somebody:…@127.0.0.1" in str(fault)
    assert "refused" in str(fault).lower()
    assert fault.transient


@both
def test_a_server_that_does_not_answer(kind, lakes):
    with black_hole() as port:
        fault = fault_of(f"{kind}://127.0.0.1:{port}/0", lakes.last)
    assert (fault.transient, "no answer in" in str(fault)) == (True, True), fault


@both
def test_a_server_that_falls_silent(kind, lakes, request):
    server, url = request.getfixturevalue(kind), request.getfixturevalue(f"{kind}_url")
    with opened(url) as store:
        publish(lakes.last, [store], 1)
        with store.reading() as snapshot:
            pids = [server.process.pid, *children(server.process.pid)]
            for pid in pids:
                os.kill(pid, signal.SIGSTOP)
            try:
                with pytest.raises(StoreError, match="no answer in 2 seconds") as fault:
                    snapshot.of_ids("notifications", "user_id", [1])
                assert fault.value.transient
            finally:
                for pid in reversed(pids):  # a child that ended is there as long as its parent does not go on
                    os.kill(pid, signal.SIGCONT)
        publish(lakes.last, [store], 2)


def children(pid):
    return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8").split()))


def test_a_wrong_password(redis, postgresql, lakes, tmp_path):
    fault = fault_of(postgresql.url(password="secret"), lakes.last)
    assert (fault.transient, "password authentication failed" in str(fault)) == (False, True)
    locked = Redis(tmp_path, settings=("--requirepass", "right"))
    locked.start()
    try:
        for url in (locked.url(password="secret"), locked.url()):
            fault = fault_of(url, lakes.last)
            assert not fault.transient
            assert "password" in str(fault).lower() or "Authentication required" in str(fault)
        with opened(locked.url(password="right")) as store:
            assert store.stored() is None
    finally:
        locked.stop()


def test_no_database(postgresql, lakes):
    fault = fault_of(postgresql.url(database="none"), lakes.last)
    assert (fault.transient, str(fault).endswith('database "none" does not exist')) == (False, True)


def test_no_permission(redis, redis_url, postgresql, lakes):
    with postgresql.connect() as connection:
        connection.execute("DROP ROLE IF EXISTS reader")
        connection.execute("CREATE ROLE reader LOGIN PASSWORD 'secret'")
    fault = fault_of(f"{postgresql.url('reader', 'secret')}?schema=theirs", lakes.last)
    assert (fault.transient, "permission denied" in str(fault)) == (False, True)
    with redis.client() as client:
        client.acl_setuser(
            "reader", enabled=True, passwords=["+secret"], keys=["*"], commands=["+@read", "+@connection"]
        )
    fault = fault_of(redis_url.replace("redis://", "redis://reader:secret@"), lakes.last)
    assert (fault.transient, "no permissions" in str(fault).lower()) == (False, True), fault


def test_the_permissions_that_the_docs_name_are_enough(redis, redis_url, postgresql, postgresql_url, lakes):
    with redis.client() as client:
        commands = ["+@read", "+@write", "+@transaction", "+@connection", "+info", "+client|list"]
        client.acl_setuser("writer", enabled=True, passwords=["+own"], keys=["*"], commands=commands)
        commands = ["+@read", "+@transaction", "+@connection"]
        client.acl_setuser("asker", enabled=True, passwords=["+own"], keys=["*"], commands=commands)
    with postgresql.connect() as connection:
        connection.execute("CREATE ROLE writer LOGIN PASSWORD 'own'; CREATE ROLE asker LOGIN PASSWORD 'own'")
        connection.execute("GRANT CREATE ON DATABASE postgres TO writer")
    schema = postgresql_url.rpartition("=")[2]
    mine = redis_url.replace("redis://", "redis://writer:own@"), f"{postgresql.url('writer', 'own')}?schema={schema}"
    for url in mine:
        with opened(url) as store:
            publish(lakes.last, [store], 1)
            publish(lakes.last, [store], 2)
    with postgresql.connect() as connection:
        connection.execute(f"GRANT USAGE ON SCHEMA {schema} TO asker")
        connection.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO asker")
    for url in mine:
        with opened(url.replace("writer", "asker")) as store:
            assert verify(lakes.last, store) > 0


def test_tables_of_another_version(postgresql, postgresql_url, lakes):
    with opened(postgresql_url) as store:
        publish(lakes.last, [store])
        with postgresql.connect() as connection:
            connection.execute(f"UPDATE {store.schema}.served SET format = 'older'")
        fault = fault_of(postgresql_url, lakes.last)
        assert "found older: drop their schema" in str(fault)


def test_values_of_another_version(redis, redis_url, lakes):
    with redis.client() as client:
        client.set(f"{redis_url.rpartition('=')[2]}:served", b"\x97\x02\x01\x01\xa1a\x01\x80\x90")
        assert "expected the form 1 of stores, found 2" in str(fault_of(redis_url, lakes.last))
        client.set(f"{redis_url.rpartition('=')[2]}:served", b"something")
    assert "no store of `newsfeed publish`" in str(fault_of(redis_url, lakes.last))


def test_tables_of_others(postgresql, postgresql_url, lakes):
    schema = postgresql_url.rpartition("=")[2]
    with postgresql.connect() as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        connection.execute(f"CREATE TABLE {schema}.posts (mine int)")
        assert 'relation "posts" already exists' in str(fault_of(postgresql_url, lakes.last))
        assert connection.execute(f"SELECT count(*) FROM {schema}.posts").fetchone() == (0,)


def test_a_server_that_may_only_be_read(postgresql, postgresql_url, lakes):
    with opened(postgresql_url) as store:
        publish(lakes.last, [store], 1)
        with postgresql.connect() as connection:
            connection.execute("ALTER ROLE newsfeed SET default_transaction_read_only = on")
    try:
        fault = fault_of(postgresql_url, lakes.last)
        assert "read-only transaction" in str(fault)
    finally:
        with psycopg.connect(postgresql.url(), autocommit=True, options="-c default_transaction_read_only=off") as one:
            one.execute("ALTER ROLE newsfeed RESET ALL")
    with opened(postgresql_url) as store:
        assert store.stored().release == 1


def test_a_redis_without_room(redis, redis_url, lakes):
    with redis.client() as client, opened(redis_url) as store:
        publish(lakes.last, [store], 1)
        client.config_set("maxmemory", client.info("memory")["used_memory"])
        try:
            fault = fault_of(redis_url, lakes.last)
            assert "maxmemory" in str(fault)
            assert store.stored().release == 1
        finally:
            client.config_set("maxmemory", 0)


def test_a_redis_that_takes_keys_away(redis, redis_url, lakes):
    with redis.client() as client:
        client.config_set("maxmemory", 1 << 40)
        client.config_set("maxmemory-policy", "allkeys-lru")
        try:
            fault = fault_of(redis_url, lakes.last)
            assert "expected the maxmemory-policy noeviction, found allkeys-lru" in str(fault)
        finally:
            client.config_set("maxmemory-policy", "noeviction")
            client.config_set("maxmemory", 0)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("redis://user:secret@localhost:port/0", "expected redis://HOST:PORT/NUMBER"),
        ("redis://:secret@localhost/feeds", "the database 'feeds'"),
        ("redis://:secret@localhost/0?colour=red", "expected no settings but prefix"),
        ("redis://:secret@localhost/0?prefix=mine:1", "expected a prefix of letters of ASCII, digits, _, . and -"),
        ("redis://:secret@localhost/0?prefix=", "expected a prefix of letters of ASCII, digits, _, . and -"),
        ("postgresql://user:secret@localhost:port/x", "expected postgresql://USER@HOST:PORT/DATABASE"),
        ("postgresql://user:secret@localhost/x?schema=", "expected the name of a schema"),
        ("postgresql://user:secret@localhost/x?colour=red", 'invalid URI query parameter: "colour"'),
        ("postgresql://localhost/x?password=secret&colour=red", 'invalid URI query parameter: "colour"'),
    ],
)
def test_a_url_that_names_no_store(url, says, lakes):
    assert says in str(fault_of(url, lakes.last, UsageError))
