"""How a URL names a stream of Kinesis."""

import pytest

from pipelines.errors import UsageError
from pipelines.sources.kinesis_client import named


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("kinesis://events?region=us-east-1", ("events", "us-east-1")),
        ("kinesis://My_events-2.x?region=us-gov-west-1", ("My_events-2.x", "us-gov-west-1")),
        ("kinesis://events", ("events", None)),
    ],
)
def test_a_url_says_the_stream_and_its_region(url, found):
    assert named(url) == found


@pytest.mark.parametrize(
    "url",
    [
        "kinesis://",
        "kinesis://?region=us-east-1",
        "kinesis://a/b?region=us-east-1",
        "kinesis://a?regio=us-east-1",
        "kinesis://a?region=us-east-1&region=eu-west-1",
        "kinesis://a?region=",
        "kinesis://ä?region=us-east-1",
        "kinesis://a?region=us-east-1#x",
        "kinesis://[a?region=us-east-1",
    ],
)
def test_another_url_is_refused(url):
    with pytest.raises(UsageError, match="expected a URL such as kinesis://STREAM.region=REGION"):
        named(url)
