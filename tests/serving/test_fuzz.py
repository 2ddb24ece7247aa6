"""Whatever is asked, the server answers that it cannot, in one shape, and says nothing of itself."""

import random
from urllib.parse import quote_from_bytes

from tests.serving.servers import ask

PATHS = (
    "/users/{}", "/users/{}/newsfeed", "/users/{}/timeline", "/users/{}/notifications", "/users/{}/followers",
    "/users/{}/followees", "/users/1/newsfeed/{}", "/posts/{}", "/people?prefix={}", "/people?prefix=%40{}", "/x{}",
    "/users/1/newsfeed?{}", "/users/1/newsfeed?limit={}", "/users/1/newsfeed?cursor={}", "/users/1?release={}",
    "/users/1?ids={}", "/users/1?after={}", "/users/1?wait={}", "/users/1?after=f-12&wait={}",
    "/search?text={}",
)  # fmt: skip
STRANGE = (
    b"", b"0", b"-1", b"1.5", b"1e3", b"NaN", b"inf", b"9223372036854775807", b"9223372036854775808", b"9" * 5000,
    "١٢".encode(), "¹".encode(), "①".encode(), b"\0", b"\xff\xfe", b"\xed\xa0\x80", b"@", b"@\0", b"@@", b"'", b'"',
    b"' OR 1=1 --", b"%", b"_", b"../../../etc/passwd", b"..%2f", b"\r\nX: 1", b"<script>", "\u202e".encode(), b" ",
    "😀".encode(), "ß".encode(), "İ".encode(), b"\x7f", b"@" + b"a" * 300, "\U0010ffff".encode(), b"1&limit=1&limit=x",
)  # fmt: skip
EXPECTED = {200, 400, 404, 409}


def test_strange_values_are_answered_in_every_place(server):
    with server.connection() as to:
        for path in PATHS:
            for value in STRANGE:
                _require_good(ask(to, path.format(quote_from_bytes(value, safe=""))), path, value)
    assert server.faults == []


def test_random_bytes_are_answered_in_every_place(server, seed):
    drawn = random.Random(seed)
    with server.connection() as to:
        for path in PATHS:
            for _ in range(20):
                value = drawn.randbytes(drawn.randrange(1, 12))
                _require_good(ask(to, path.format(quote_from_bytes(value, safe="&=/@"))), path, value)
    assert server.faults == []


def test_random_headers_are_answered(server, seed):
    drawn = random.Random(seed)
    with server.connection() as to:
        for name in ("If-None-Match", "Accept-Encoding", "Authorization", "Range", "Content-Length", "Expect"):
            for _ in range(20):
                value = "".join(chr(drawn.choice([*range(32, 127), *range(160, 256)])) for _ in range(10))
                given = "0" if name == "Content-Length" else value
                assert ask(to, "/users/1", **{name: given}).status in {200, 304}
    assert server.faults == []


def _require_good(found, path, value):
    assert found.status in EXPECTED, (path, value, found)
    if found.status != 200:
        assert "error" in found.facts, (path, value)
        told = str(found.facts)
        assert not any(word in told for word in ("Traceback", "/dev/shm", ".py", "site-packages", "SELECT")), told
