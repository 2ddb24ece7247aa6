"""Redis as a store."""

import pytest

from pipelines.stores.base import StoreError
from pipelines.stores.publish import publish
from pipelines.stores.redis_client import client as client_of
from pipelines.stores.verifying import verify
from tests.stores.contract import Contract, opened


class TestRedis(Contract):
    @pytest.fixture
    def url(self, redis_url):
        return redis_url

    def room(self, store):
        with client_of(store.place.told) as client:
            owners, listed = owners_of(client, store), client.keys(store.key("written", "*"))
            return sum(map(len, owners.values())) + sum(map(client.llen, listed)) + len(client.keys(store.key("*")))


@pytest.fixture
def store(redis_url):
    with opened(redis_url) as found:
        yield found


@pytest.fixture
def client(redis):
    with redis.client() as found:
        yield found


def owners_of(client, store):
    """The hashes of a store, with their values by the publishes that brought them."""
    keys = client.scan_iter(f"{store.place.prefix}:*:*:*", 1000)
    return {key: {int(field): value for field, value in client.hgetall(key).items()} for key in keys}


def test_what_a_publish_replaces_goes_with_the_next_one(store, client, lakes):
    for number in (1, 2, 3, 3):
        publish(lakes.last, [store], number)
    fields = owners_of(client, store)
    assert {max(some) for some in fields.values()} <= {1, 2, 3}
    assert any(len(some) == 2 for some in fields.values())
    publish(lakes.last, [store], 4)
    publish(lakes.last, [store], 3)
    publish(lakes.last, [store], 4)
    fields = owners_of(client, store)
    assert {number for some in fields.values() for number in some} <= {1, 2, 3, 5, 6}
    assert max(len(some.keys() - {6}) for some in fields.values()) == 1
    assert all(value for some in fields.values() for number, value in some.items() if number < 6)
    assert {int(one) for one in client.smembers(store.key("attempts"))} == {6}


def test_all_of_it_anew_takes_the_keys_before_away_with_the_next(store, client, lakes, other):
    publish(lakes.last, [store])
    publish(other, [store])
    assert {key.split(b":")[1] for key in owners_of(client, store)} == {b"1", b"2"}
    publish(lakes.last, [store])
    assert {key.split(b":")[1] for key in owners_of(client, store)} == {b"2", b"3"}
    assert verify(lakes.last, store) > 0


def test_stores_of_one_server_leave_each_other_alone(redis, lakes, other):
    urls = [f"{redis.url()}?prefix={prefix}" for prefix in ("mine", "min", "m.ne", "mine-1")]
    for times, url in zip((1, 2, 2, 2), urls, strict=True):
        with opened(url) as store:
            for lake in (lakes.last, other) * times:
                publish(lake, [store])
    for url in urls:
        with opened(url) as store:
            assert verify(other, store) > 0


def test_who_reads_for_longer_than_two_publishes_is_told(store, lakes):
    publish(lakes.last, [store], 1)
    with store.reading() as snapshot:
        publish(lakes.last, [store], 2)
        snapshot.of_ids("newsfeed", "reader_id", [1])
        publish(lakes.last, [store], 3)
        with pytest.raises(StoreError, match="release 1 was taken away while it was read") as fault:
            snapshot.of_ids("newsfeed", "reader_id", [1])
    assert fault.value.transient


def others_publish(client, url, lakes):
    """Who publishes loses the connection, and others do."""
    for one in client.client_list():
        if one["name"].startswith("newsfeed-publish"):
            client.client_kill(one["addr"])
    with opened(url) as other:
        publish(lakes.last, [other], 3)
        publish(lakes.last, [other], 2)


def test_who_lost_the_connection_publishes_no_more_once_another_does(store, redis_url, client, lakes):
    publish(lakes.last, [store], 1)
    stored = store.stored()
    with (
        pytest.raises(StoreError, match="another publish came first") as fault,
        store.publishing(stored, whole=False, plan=""),
    ):
        others_publish(client, redis_url, lakes)
    assert fault.value.transient
    assert store.stored().release == 2
    assert verify(lakes.last, store) > 0


def test_a_server_that_lost_all_has_nothing(store, client, lakes):
    publish(lakes.last, [store], 1)
    client.flushdb()
    assert store.stored() is None
    with pytest.raises(StoreError, match="nothing was published there yet"), store.reading():
        pass
    (done,) = publish(lakes.last, [store], 2)
    assert done.whole
    assert verify(lakes.last, store) > 0


def start_anew(server):
    server.kill()
    server.start()


def test_a_server_started_anew_meanwhile_serves_what_it_served(redis, store, lakes, monkeypatch):
    publish(lakes.last, [store], 1)
    with pytest.raises(StoreError, match="server") as fault, store.publishing(store.stored(), whole=False, plan=""):
        start_anew(redis)
    assert fault.value.transient
    assert (store.stored().release, verify(lakes.last, store) > 0) == (1, True)


def test_what_is_lost_of_it_is_found(store, client, lakes):
    publish(lakes.last, [store])
    client.delete(next(iter(owners_of(client, store))))
    with pytest.raises(StoreError, match="expected the .* rows of release"):
        verify(lakes.last, store)
