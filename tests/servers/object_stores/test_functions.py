"""The function with an inbox in an object store: what it put there lands as from a file; what cannot be is told."""

import gzip
import json
from pathlib import Path

import boto3
import pytest

from pipelines.serverless import buckets, handler
from pipelines.serverless.function import NotTakenError
from pipelines.serverless.inbox import VARIABLE, InboxError
from tests.landing.lines import line
from tests.serverless.archives import unpack
from tests.serverless.calls import failed, http, kinesis, notice, said, sqs
from tests.serverless.runtime import Functions
from tests.servers import s3
from tests.servers.object_stores.lakes import rows
from tests.servers.processes import free_port

ONE, TWO = line("e-1"), line("e-2")
NOWHERE = "the inbox cannot be written; nothing was taken"


@pytest.fixture
def use(monkeypatch):
    """A function that lets the function of this process know a store by its variables, and an inbox."""

    def used(env, inbox):
        buckets.client.cache_clear()
        for name, value in {**env, VARIABLE: inbox}.items():
            monkeypatch.setenv(name, value)

    yield used
    buckets.client.cache_clear()


@pytest.fixture
def bucket(store):
    """The store's bucket, as others see it."""
    keys = dict.fromkeys(s3.KEYS, "any")
    return boto3.resource("s3", endpoint_url=store.endpoint, region_name="us-east-1", **keys).Bucket(s3.BUCKET)


@pytest.fixture
def inbox(store, use):
    """An inbox of the test's own: the prefix below the bucket."""
    prefix = f"inbox-{free_port()}"
    use(store.env, f"{store.root}/{prefix}")
    return prefix


def objects(bucket, prefix):
    """The lines of each object below a prefix."""
    found = (one.get()["Body"].read() for one in bucket.objects.filter(Prefix=f"{prefix}/"))
    return sorted(one.split(b"\n")[:-1] for one in found)


@pytest.fixture
def functions(tmp_path):
    processes = Functions(unpack(tmp_path), tmp_path / "log")
    yield processes
    processes.end()


def test_what_came_by_each_way_lands_as_from_a_file(functions, bucket, inbox, store, lake, events, expected):
    """In Lambda's runtime, two processes at once, each batch twice, poison among them."""
    left = Path(events).read_bytes().splitlines()
    bucket.put_object(Key=f"{inbox}-put/some lines+1.jsonl", Body=b"\n".join(left[:20]))
    bucket.put_object(Key=f"{inbox}-put/é.gz", Body=gzip.compress(b"\n".join(left[20:35])))
    put = notice(s3.BUCKET, f"{inbox}-put/some lines+1.jsonl", f"{inbox}-put/é.gz")
    calls = [put, http(b"\n".join(left[35:45])), kinesis(*left[45:50], b"poison", left[50])]
    calls += [sqs(*(one.decode() for one in left[51:])), sqs(json.dumps(put), "poison")]
    for _ in range(2):
        functions.begin(f"{store.root}/{inbox}", **store.env)
    for objected, request, stream, queue, queued in (functions.call(*calls), functions.call(*calls)):
        assert (objected, said(request[1])[0]) == (("response", {}), 202)
        assert [failed(one[1]) for one in (stream, queue, queued)] == [["6"], [], ["m-2"]]
    assert len(objects(bucket, inbox)) == 4
    told = lake.work("land", f"{store.root}/{inbox}", "--done", f"{store.root}/{inbox}-done", "--settled", "0")
    assert f"landed       {len(left)} events" in told
    assert objects(bucket, inbox) == []
    lake.work("run")
    assert rows(lake) == expected


def test_of_an_object_what_fits_is_taken_and_what_does_not_is_told(bucket, inbox):
    bucket.put_object(Key=f"{inbox}-put/a", Body=ONE + b"\nx\n" + TWO)
    bucket.put_object(Key=f"{inbox}-put/b", Body=gzip.compress(ONE)[:-9])
    keys = [f"{inbox}-put/{name}" for name in "abc"]
    with pytest.raises(NotTakenError) as fault:
        handler(notice(s3.BUCKET, *keys))
    a, b, c = str(fault.value).split("; ")
    assert a == f"s3://lake/{keys[0]}: line 2: line: expected JSON, found Expecting value at character 1"
    assert b.startswith(f"s3://lake/{keys[1]}: expected lines, or a whole file by gzip of them, found it damaged (")
    assert c == f"s3://lake/{keys[2]}: cannot read s3://lake/{keys[2]}: its server answers 404, NoSuchKey"
    assert [ONE, TWO] in [one[:2] for one in objects(bucket, inbox)]
    assert failed(handler(sqs(json.dumps(notice(s3.BUCKET, *keys)), TWO.decode()))) == ["m-1"]


def test_an_object_of_many_blocks_is_read_in_bounded_memory(bucket, inbox, monkeypatch):
    monkeypatch.setattr("pipelines.serverless.batch.HELD", 1000)
    lines = [line(f"e-{number}", "posted", post_id=number + 1, text="x" * 5000) for number in range(200)]
    bucket.put_object(Key=f"{inbox}-put/a", Body=b"\n".join(lines))
    assert handler(notice(s3.BUCKET, f"{inbox}-put/a")) == {}
    assert objects(bucket, inbox) == [lines]


def test_a_notice_of_the_inbox_itself_is_refused(bucket, inbox):
    bucket.put_object(Key=f"{inbox}/a.jsonl", Body=ONE)
    with pytest.raises(NotTakenError, match="NEWSFEED_INBOX: expected another place than that of notices, found .*/a"):
        handler(notice(s3.BUCKET, f"{inbox}/a.jsonl"))
    assert objects(bucket, inbox) == [[]]


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    """A store that checks keys: the variables of one who may put objects, and of one who may read them."""
    store = s3.trial(tmp_path_factory.mktemp("keys"))
    store.start()
    yield [store.user(name, action) for name, action in (("putter", "s3:PutObject"), ("reader", "s3:GetObject"))], store
    store.stop()


def test_to_put_objects_is_all_that_it_must_be_allowed(checked, use, caplog):
    (putter, reader), store = checked
    store.check_keys()
    use(putter, "s3://lake/inbox")
    assert said(handler(http(ONE)))[0] == 202
    assert failed(handler(kinesis(ONE))) == []
    use(reader, "s3://lake/inbox/")
    assert said(handler(http(ONE))) == (500, {"error": NOWHERE})
    with pytest.raises(
        InboxError, match=r"^cannot write s3://lake/inbox/\w+\.jsonl: its server answers 403, AccessDenied$"
    ):
        handler(kinesis(ONE))


def test_a_bucket_that_is_not_there_and_one_that_has_no_name_are_told(store, use):
    use(store.env, "s3://no-such-bucket/inbox")
    assert said(handler(http(ONE))) == (500, {"error": NOWHERE})
    with pytest.raises(InboxError, match=r"no-such-bucket/inbox/\w+\.jsonl: its server answers 404, NoSuchBucket$"):
        handler(kinesis(ONE))
    use(store.env, "s3:///inbox")
    with pytest.raises(
        InboxError, match=r"^NEWSFEED_INBOX: expected s3://BUCKET/PREFIX or a folder, found s3:///inbox$"
    ):
        handler(kinesis(ONE))


def test_a_store_that_is_away_may_be_asked_again(store, use):
    use({**store.env, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}"}, "s3://lake/inbox")
    assert said(handler(http(ONE))) == (503, {"error": NOWHERE})
